"""Figures as SVG that stands in a page: drawn by matplotlib, coloured by the page's own style sheet.

Every figure is drawn twice, for screens of a desk and of a phone, so that its words stay readable on both. The same
numbers give the same text, whatever the machine.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from io import StringIO
from math import log1p
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from rapid_response.reports.document import line, plain
from rapid_response.reports.figures import Bars, Between, Course, Matrix, Plot
from rapid_response.reports.terminal import columns, wrapped

WIDE, NARROW = 680, 340
TEXT = 13.0
INK, QUIET, LINE, ACCENT, CALM, ALERT = "#1c2126", "#5d666f", "#dcdfe0", "#1d5b79", "#8b929a", "#8f4b00"
_VARIABLES = {INK: "ink", QUIET: "quiet", LINE: "line", ACCENT: "accent", CALM: "no", ALERT: "alert"}
_VERSIONS = (CALM, ACCENT)
_SURELY, _POSSIBLY = 1.0, 0.3
_STRONGEST, _FAINTEST = 0.55, 0.1
_UP, _DOWN = 1, -1
_TONES = {0: CALM, _UP: ALERT, _DOWN: ACCENT, 2: LINE}
_LETTER = 7.2
"""How wide a letter is on average, in points; East Asian ones are twice as wide."""
_LEADING = TEXT * 1.3
_UPRIGHT = 110.0


def drawn(plot: Plot) -> tuple[str, str]:
    """A figure as two SVG elements: for wide screens and for narrow ones."""
    return _svg(plot, WIDE), _svg(plot, NARROW)


def _svg(plot: Plot, width: int) -> str:
    with _style(f"{plot}{width}"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # browsers have the letters
        match plot:
            case Matrix():
                figure = _matrix(plot, width)
            case Course():
                figure = _course(plot, width)
            case Bars():
                figure = _bars(plot, width)
        out = StringIO()
        FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _for_pages(out.getvalue())


@contextmanager
def _style(salt: str) -> Iterator[None]:
    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": sha256(salt.encode("utf-8", "replace")).hexdigest(),
        "text.parse_math": False,
        "font.size": TEXT,
        "figure.dpi": 72,
        "text.color": INK,
    }
    with mpl.rc_context(settings):
        yield


def _for_pages(svg: str) -> str:
    """One drawing without what only a file needs; colours and letters are those of the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<svg [^>]*viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" aria-hidden="true" focusable="false">', svg)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r" ?font-family: [^;\"]*;?", "", svg)
    for colour, name in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{name})")
    return re.sub(r"\n\s*", "\n", svg).strip()


def _figure(width: int, height: float) -> Figure:
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    figure.patch.set_visible(False)
    return figure


def _axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes without any frame, at a place in points from the upper left corner."""
    whole, high = (size * 72 for size in figure.get_size_inches())
    axes = figure.add_axes((left / whole, 1 - (top + height) / high, width / whole, height / high))
    axes.patch.set_visible(False)
    for side in axes.spines.values():
        side.set_visible(False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks_position("none")
    axes.tick_params(labelcolor=QUIET, labelsize=TEXT)
    return axes


# Pairs of tiers


def _matrix(plot: Matrix, width: int) -> Figure:
    """A field for each pair, the stronger the more incidents; what stays is grey, what goes up or down has a colour."""
    left = _room(plot.rows, width * 0.3)
    cell, height = (width - left) / len(plot.columns), 46.0
    headings, top = _headings(plot.columns, cell)
    whole = top + height * len(plot.rows)
    figure = _figure(width, whole)
    axes = _axes(figure, 0, 0, width, whole)
    axes.set_xlim(0, width)
    axes.set_ylim(whole, 0)
    axes.set_axis_off()
    axes.text(left + 3, TEXT, plot.column_title, color=QUIET)
    axes.text(0, top - 6, plot.row_title, color=QUIET)
    for place, (lines, upright) in enumerate(headings):
        _heading(axes, left + (place + 0.5) * cell, top - 6, lines, upright)
    most = max((max(row) for row in plot.counts), default=0)
    for number, (title, counts, tones) in enumerate(zip(plot.rows, plot.counts, plot.tones, strict=True)):
        lines = _lines(title, left - 8)
        for place, text in enumerate(lines):
            middle = top + (number + 0.5) * height + (place - (len(lines) - 1) / 2) * _LEADING
            axes.text(0, middle + TEXT * 0.35, text)
        for place, (count, tone) in enumerate(zip(counts, tones, strict=True)):
            _field(axes, (left + place * cell, top + number * height, cell, height), count, tone, most)
    return figure


def _headings(titles: Sequence[str], cell: float) -> tuple[list[tuple[list[str], bool]], float]:
    """The lines of each heading, whether they run upwards since a word is wider than its column; and their height."""
    upright = any(columns(word) * _LETTER > cell for title in titles for word in title.split() if word.isascii())
    length = max(cell - 6, _UPRIGHT if upright else 0)
    lines = [_lines(title, length) for title in titles]
    widest = max(columns(text) * _LETTER for texts in lines for text in texts)
    high = widest if upright else _LEADING * max(map(len, lines))
    return [(texts, upright) for texts in lines], high + _LEADING * 1.6


def _heading(axes: Axes, middle: float, low: float, lines: Sequence[str], upright: bool) -> None:
    for number, text in enumerate(lines):
        if upright:
            place = middle + (number - (len(lines) - 1) / 2) * _LEADING + TEXT * 0.35
            axes.text(place, low, text, rotation=90, rotation_mode="anchor")
        else:
            axes.text(middle, low - (len(lines) - 1 - number) * _LEADING, text, ha="center")


def _field(axes: Axes, box: tuple[float, float, float, float], count: int, tone: int, most: int) -> None:
    left, top, width, height = box
    strength = _FAINTEST + (_STRONGEST - _FAINTEST) * log1p(count) / log1p(most) if count else 0.0
    style = {"facecolor": _TONES[tone], "alpha": strength} if count else {"facecolor": "none", "edgecolor": LINE}
    axes.add_patch(Rectangle((left + 1.5, top + 1.5), width - 3, height - 3, linewidth=1, **style))
    text = _number(count)
    size = min(TEXT, TEXT * (width - 6) / (columns(text) * _LETTER))
    weight = "bold" if count and tone in (_UP, _DOWN) else "normal"
    middle, low = left + width / 2, top + height / 2 + size * 0.35
    axes.text(middle, low, text, ha="center", color=INK if count else QUIET, size=size, weight=weight)


# Over time


def _course(plot: Course, width: int) -> Figure:
    """A panel for each version on the same scale: what surely was, and paler what possibly was."""
    panel, gap, left = 96.0, 34.0, 40.0
    height = (panel + gap) * len(plot.panels) + 22
    figure = _figure(width, height)
    edges = [date2num(start) for start in plot.starts]
    edges.append(edges[-1] + plot.days)
    most = max((value.possibly for values in plot.values for value in values), default=0) or 1
    for number, (title, values) in enumerate(zip(plot.panels, plot.values, strict=True)):
        axes = _axes(figure, left, gap + number * (panel + gap), width - left - 6, panel)
        axes.stairs([value.possibly for value in values], edges, fill=True, color=_VERSIONS[number], alpha=_POSSIBLY)
        axes.stairs([value.surely for value in values], edges, fill=True, color=_VERSIONS[number], alpha=_SURELY)
        axes.set_xlim(edges[0], edges[-1])
        axes.set_ylim(0, most * 1.02)
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(value)))
        axes.grid(axis="y", color=LINE, linewidth=1)
        axes.set_axisbelow(True)
        axes.text(-left / (width - left - 6), 1 + 10 / panel, title, transform=axes.transAxes, weight="bold")
        _dates(axes, len(plot.panels) - 1 == number, width)
    return figure


def _dates(axes: Axes, shown: bool, width: int) -> None:
    """Years or months below the last panel, as numbers alone: they read the same in every language."""
    locator = AutoDateLocator(minticks=2, maxticks=max(width // 70, 3), interval_multiples=True)
    axes.xaxis.set_major_locator(locator)
    forms = ["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%S"]
    plain_offsets = [""] * 6
    formatter = ConciseDateFormatter(locator, formats=forms, zero_formats=forms, offset_formats=plain_offsets)
    axes.xaxis.set_major_formatter(formatter if shown else NullFormatter())


# Side by side


def _bars(plot: Bars, width: int) -> Figure:
    """Below each label a bar for each version: what surely is, and paler what possibly is."""
    bar, gap, label = 15.0, 16.0, TEXT * 1.6
    block = label + len(plot.versions) * (bar + 3) + gap
    height = block * len(plot.labels)
    figure = _figure(width, height)
    axes = _axes(figure, 0, 0, width, height)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    most = max((value.possibly for values in plot.values for value in values), default=0) or 1
    named = _room(plot.versions, width * 0.25)
    beside = max(columns(_between(value)) for values in plot.values for value in values) * _LETTER + 12
    scale = (width - named - beside) / most
    for number, (title, values) in enumerate(zip(plot.labels, plot.values, strict=True)):
        top = number * block
        axes.text(0, top + TEXT, title, weight="bold")
        for place, (version, value) in enumerate(zip(plot.versions, values, strict=True)):
            low = top + label + place * (bar + 3)
            for amount, alpha in ((value.possibly, _POSSIBLY), (value.surely, _SURELY)):
                size = amount * scale
                axes.add_patch(Rectangle((named, low), size, bar, facecolor=_VERSIONS[place], alpha=alpha, linewidth=0))
            axes.text(0, low + bar - 4, version, color=QUIET)
            axes.text(named + value.possibly * scale + 6, low + bar - 4, _between(value))
    return figure


# Words and numbers


def _room(texts: Iterable[str], most: float) -> float:
    """How wide a column of texts is, at most so wide."""
    return min(max(columns(text) for text in texts) * _LETTER + 14, most)


def _lines(text: str, width: float) -> list[str]:
    """A text in lines that are about so wide."""
    return [plain(words) for words in wrapped(line(text), max(int(width / _LETTER), 4))]


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _between(value: Between) -> str:
    low, high = _number(value.surely), _number(value.possibly)
    return low if low == high else f"{low} – {high}"
