"""What can be wrong with mappings, sources and rows: the ids, and the error that lists the problems."""

from __future__ import annotations

from rapid_response.errors import RapidResponseError

CATALOGUE: dict[str, str] = {
    # The mapping
    "RM101": "a mapping has an unknown key",
    "RM102": "a mapping lacks a key",
    "RM103": "a value in a mapping has the wrong form",
    "RM104": "two keys of a mapping exclude each other",
    "RM105": "a name is used twice in a mapping",
    "RM106": "a date format cannot be read",
    # The mapping and its source
    "RM201": "a column is not in the source",
    "RM202": "a column name stands twice in the source",
    "RM203": "a column has a type that cannot be read",
    # The mapping and the protocol
    "RM301": "a mapping names an unknown fact",
    "RM302": "a value in a mapping does not fit its fact",
    "RM303": "an instruction does not go with the type of a fact",
    "RM304": "the time of evaluation is missing",
    "RM305": "a result would take the name of a column",
    "RM306": "a renamed fact stands nowhere",
    "RM307": "patterns need rows that keep their order",
    # Rows
    "RM401": "a value does not fit",
    "RM402": "a row has too many or too few cells",
    "RM403": "the time of evaluation is missing in a row",
    # Sources
    "RM501": "a source cannot be read",
    "RM502": "a source is of no known kind",
    "RM503": "a source is empty",
    "RM504": "a source is not in the stated encoding",
    "RM505": "a quotation mark is never closed",
    "RM506": "a record cannot be read",
    "RM507": "a package is missing",
    "RM508": "results cannot be written there",
    "RM509": "the files of a source have different columns",
    # SQL
    "RM601": "there is no such SQL dialect",
    "RM602": "a name cannot be one in that database",
    "RM603": "something cannot be said in SQL",
    "RM604": "rows need an id",
}


class HistoryError(RapidResponseError):
    """Past incidents that cannot be read: the source, or its mapping. `problems` lists all that is wrong.

    >>> from rapid_response.history import read_incidents
    >>> try:
    ...     read_incidents("no/such/file.csv")
    ... except HistoryError as error:
    ...     print(error.problems[0].id)
    RM501
    """
