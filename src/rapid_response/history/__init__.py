"""Past incidents: read from any table by a mapping, and evaluated by the million (extra `history`).

>>> from rapid_response import load_protocol
>>> from rapid_response.history import read_incidents
>>> protocol = load_protocol("examples/history/protocol.yaml")
>>> history = read_incidents("examples/history/austin/synthetic.csv", "examples/history/austin/mapping.yaml")
>>> print(history.check(protocol))
12 rows, 0 kept aside
"""

from rapid_response.history.backtests.result import Backtest
from rapid_response.history.backtests.running import backtest
from rapid_response.history.frequencies import answer_frequencies
from rapid_response.history.incidents import History, Report, read_incidents
from rapid_response.history.mapping import ColumnMapping
from rapid_response.history.mapping_files import load_mapping, mapping_from_text
from rapid_response.history.problems import HistoryError
from rapid_response.history.progress import Progress, show_progress
from rapid_response.history.rationales import Rationales
from rapid_response.history.rows import Aside
from rapid_response.history.sql.query import to_sql
from rapid_response.history.streaming import Written

__all__ = [
    "Aside",
    "Backtest",
    "ColumnMapping",
    "History",
    "HistoryError",
    "Progress",
    "Rationales",
    "Report",
    "Written",
    "answer_frequencies",
    "backtest",
    "load_mapping",
    "mapping_from_text",
    "read_incidents",
    "show_progress",
    "to_sql",
]
