"""The same protocol where the data are: a table of Spark, its incidents evaluated by one SELECT.

    python examples/history/on_spark.py

Here Spark runs on this machine, and the table is a small CSV file of invented incidents; on a cluster only the session
and the table are others. Needs the extra `history`, PySpark and a Java.
"""

from pathlib import Path

from pyspark.sql import SparkSession

from rapid_response import load_protocol
from rapid_response.history import load_mapping, to_sql

HERE = Path(__file__).parent


def main() -> None:
    """Evaluate, see what does not fit, and count the tiers."""
    spark = SparkSession.builder.master("local[2]").appName("rapid response").getOrCreate()
    spark.read.csv(str(HERE / "toronto/synthetic.csv"), header=True).createOrReplaceTempView("incidents")

    protocol = load_protocol(HERE / "protocol.yaml")
    mapping = load_mapping(HERE / "toronto/mapping.yaml")
    text = to_sql(protocol, table="incidents", mapping=mapping, dialect="spark")
    spark.sql(text).cache().createOrReplaceTempView("results")

    spark.sql("SELECT problem, COUNT(*) AS rows FROM results WHERE problem IS NOT NULL GROUP BY problem").show()
    spark.sql("SELECT tier, standing, COUNT(*) AS incidents FROM results GROUP BY ALL ORDER BY tier, standing").show()
    spark.sql("""
        SELECT results.id, incidents.LOCATION_TYPE, results.lowest, results.highest
        FROM results JOIN incidents ON results.id = incidents.EVENT_UNIQUE_ID
        WHERE results.standing = 'open'
        ORDER BY results.id
    """).show()


if __name__ == "__main__":
    main()
