"""Cells of CSV files that a spreadsheet shows and never computes."""

from __future__ import annotations

import re

COMPUTED = r"'*[=+\-@\t\r\n＝＋－＠]"
"""How a cell begins that a spreadsheet would take for a formula, or that was defused already."""


def defused(text: str) -> str:
    """A text as a cell: an apostrophe before it where a spreadsheet would take it for a formula.

    >>> defused("=1+1"), defused("killed"), defused("'=1+1")
    ("'=1+1", 'killed', "''=1+1")
    """
    return f"'{text}" if re.match(COMPUTED, text) else text


def as_written(cell: str) -> str:
    """The text that `defused` made the cell of.

    >>> as_written(defused("-5"))
    '-5'
    """
    return cell[1:] if re.match(f"'{COMPUTED}", cell) else cell
