"""What can be wrong with a decision log: the ids, and the error that lists the problems."""

from __future__ import annotations

from rapid_response.errors import RapidResponseError
from rapid_response.protocol.problems import Problem

CATALOGUE: dict[str, str] = {
    # The database
    "RD101": "a log cannot be opened",
    "RD102": "a database is no decision log",
    "RD103": "a log was written by a newer version",
    "RD104": "a log is damaged",
    "RD105": "another process is writing",
    "RD106": "a log can only be read",
    "RD107": "there is no room left",
    "RD108": "storing failed, and the log has to be opened again",
    "RD109": "a package is missing",
    "RD110": "a key file is missing or belongs to another log",
    "RD111": "a log is closed",
    # What is to be recorded
    "RD201": "there is no such record",
    "RD202": "a record is no decision",
    "RD203": "an unknown tier",
    "RD204": "a name or a reason is missing",
    "RD205": "an incident was erased",
    "RD206": "new information names another incident",
    # What was recorded
    "RD207": "a stored protocol cannot be used",
    "RD208": "private facts were erased",
    "RD209": "private facts cannot be opened without their key",
    "RD210": "there is no such incident",
    "RD211": "a link joins two incidents",
    "RD212": "a time without a time zone",
    "RD213": "an override that changes nothing",
    "RD214": "there is nothing to confirm",
    # Checkpoints and proofs
    "RD301": "a checkpoint cannot be read",
    "RD302": "a size lies outside the log",
    # What verification finds
    "RD401": "an entry is missing",
    "RD402": "an entry does not fit the chain",
    "RD403": "a column does not say what its entry says",
    "RD404": "a protocol's text is missing or is not the one recorded",
    "RD405": "a private part is missing or is not the one recorded",
    "RD406": "a private part is still there after its erasure",
    "RD407": "the log is shorter than at the checkpoint",
    "RD408": "the log is not the one of the checkpoint",
    "RD409": "an entry cannot be read",
    "RD410": "a table, view or trigger is not the one that this library makes",
    # Exports and imports
    "RD501": "an export cannot be read",
    "RD502": "there is a log already",
}


class RecordError(RapidResponseError):
    """Something that a decision log cannot do. `problems` says what and how to mend it; ids are in `CATALOGUE`.

    >>> from rapid_response.record import DecisionLog
    >>> try:
    ...     DecisionLog.open("no/such/folder/decisions.db")
    ... except RecordError as error:
    ...     print(error.problems[0].id)
    RD101
    """

    @property
    def id(self) -> str:
        """The id of the first problem."""
        return self.problems[0].id


def failure(problem: str, message: str, remedy: str | None = None) -> RecordError:
    """The error with that one problem; what it quotes may be confidential, so no lines of any file are shown."""
    return RecordError([Problem(problem, message, help=remedy, confidential=True)])
