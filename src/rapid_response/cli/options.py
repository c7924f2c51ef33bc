"""What commands have in common: arguments and options that mean the same everywhere, and where output goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


class Output(StrEnum):
    """How a result, a protocol or what was found about one is written."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


class Language(StrEnum):
    """The languages of the interface."""

    english = "en"
    traditional_chinese = "zh-Hant"


ProtocolPath = Annotated[
    Path, typer.Argument(help="A protocol: a folder of YAML files, or one file.", metavar="PROTOCOL")
]
PastIncidents = Annotated[
    Path | None,
    typer.Option("--history", help="Past incidents, a file or a folder of files, in which patterns are counted."),
]
Lang = Annotated[Language, typer.Option("--lang", help="The language of the output.")]
OutputFormat = Annotated[Output, typer.Option("--format", help="How the output is written.")]

Rename = Annotated[
    list[str] | None,
    typer.Option("--rename", help="A part that has another name now; of an option fact.option=new.", metavar="OLD=NEW"),
]


def renamed(given: Sequence[str] | None) -> Mapping[str, str]:
    """New names by old ones, as they were given."""
    pairs = [text.partition("=") for text in given or ()]
    for name, equals, new in pairs:
        if not (name and equals and new):
            raise typer.BadParameter(f"`{name}{equals}{new}`: write it like old_name=new_name")
    return {name.strip(): new.strip() for name, _, new in pairs}


def standard_console() -> Console:
    """80 columns where the output goes to a file or pipe; never wider than people read."""
    console = Console(highlight=False)
    console.width = min(console.width, 100) if console.is_terminal else 80
    return console
