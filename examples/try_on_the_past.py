"""Use 2, by the thousand: a proposed change of a protocol, tried on a table of past incidents (here a made-up one)."""

from pathlib import Path

from rapid_response import load_protocol
from rapid_response.history import backtest, read_incidents

HERE = Path(__file__).parent / "history"
current, proposed = load_protocol(HERE / "protocol.yaml"), load_protocol(HERE / "proposed.yaml")
past = read_incidents(HERE / "fbi/synthetic.csv", HERE / "fbi/mapping.yaml")

found = backtest(past, current, proposed)
print(
    f"{found.changed} of {found.compared} get another tier; {found.changed_open} more are open and come out otherwise\n"
)
for incident, change in found.explained():
    print(f"{incident.id:13}{change.before} -> {change.after}")
    print(*(f"{'':13}{turn}" for turn in change.turns), sep="\n")

# The whole report for a meeting, as one page: Path("report.html").write_text(found.to_html(), encoding="utf-8")
