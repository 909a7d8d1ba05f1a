"""Cells of a table: the number or the name in one, and one written so that no spreadsheet runs it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from micrograd.ieee import divide
from micrograd_gui.document.notation.literals import constant_in
from micrograd_gui.document.text import MINUS

_NARROW = str.maketrans({MINUS: "-", **dict(zip("－＋．。，／", "-+..,/", strict=True))})  # signs of a number

# nothing in it is gone back to: else a field of some thousand digits would take for ever
_RATIO = re.compile(r"[+-]?(\d++\.?\d*+\*?)?(pi|π|√?\d++\.?\d*+)(/\d++\.?\d*+)?")
_PLAIN = r"((?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?)"  # in Python no 0 stands before another digit
_QUICK = re.compile(rf"(-?)(?:{_PLAIN}(\*?))?(?:(pi|π)|(√?){_PLAIN})(?:/{_PLAIN})?")
_QUICKLY_AT_MOST = 200  # characters of a ratio; what is longer, constant_in takes for none

SEPARATORS = (";", "\t", ",", "|", "；", "，", "、", "｜", "،", " ")  # wide ones, and that of Arabic
_PARTING = frozenset((*SEPARATORS, '"', "\r", "\n"))  # with one of them a cell stands in quotes
WORDS = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0, "on": 1.0, "off": 0.0,
          "y": 1.0, "n": 0.0, "t": 1.0, "f": 0.0}  # fmt: skip
_MEASURED = re.compile(r"[-+−$€£¥]{0,2}\s?\d[\d\s.,_'’%$€£¥]*")
# What a spreadsheet runs, or strips and then runs; an apostrophe, so that what was written can be told.
_RUN = r"(?=['\t\r\n]|\s*[=+\-@＝＋－＠])"
_TO_BE_RUN, _ESCAPED = re.compile(rf"\A{_RUN}"), re.compile(rf"\A'{_RUN}")


def cell(said: str | float | None) -> str:
    """What is said as a cell that no spreadsheet takes for a formula: an apostrophe stands before one.

    ``plain`` takes the apostrophe away again. A number is written whole; None is an empty cell.

    >>> cell("=1+1"), cell(-0.5), cell("a"), cell(None)
    ("'=1+1", '-0.5', 'a', '')
    """
    if isinstance(said, str):
        return _TO_BE_RUN.sub("'", said.replace("\0", "�"))
    return "" if said is None else repr(said)


def plain(text: str) -> str:
    """What was written as that cell."""
    return _ESCAPED.sub("", text)


def written(rows: Iterable[Iterable[str | float | None]], separator: str = ",", end: str = "\n") -> str:
    """The rows as CSV (RFC 4180), every cell harmless. Each table that the program writes is written here."""
    return "".join(
        separator.join(
            [repr(each) if type(each) is float else _in_quotes(cell(each), separator) for each in row]
        )
        + end
        for row in rows
    )


def _in_quotes(text: str, separator: str) -> str:
    if text == text.strip() and separator not in text and _PARTING.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def header_line(names: Iterable[str]) -> str:
    """The first line of a CSV file whose columns are called so: an apostrophe tells a name from a number."""
    cells = [f"'{name}" if is_like_a_number(name) else name for name in map(cell, names)]
    return ",".join(_in_quotes(each, ",") for each in cells) + "\n"


def name_in(field: str) -> str:
    """The name of a column: ``header_line`` has an apostrophe before one that is a number."""
    number = field.startswith("'") and is_like_a_number(field[1:])
    return plain(field[1:] if number and field[1:2] not in ("-", "+") else field)


def number_in(field: str, words: bool = True) -> float | None:
    """The number in a field; ``2/3`` and ``-pi`` are some, dates and the names of columns are none.

    ``yes`` and ``True`` are 1, ``no`` and ``False`` 0.
    """
    shown = field.strip().translate(_NARROW)
    if shown.count(",") == 1 and "." not in shown:
        shown = shown.replace(",", ".")
    try:
        return None if "_" in shown else float(shown)
    except ValueError:
        pass
    number = ratio(shown)
    return WORDS.get(shown.lower()) if number is None and words else number


def is_like_a_number(field: str) -> bool:
    """Whether it is a number, or one in a way of writing that is not read, such as 1 234, 50% and $3."""
    return number_in(field, words=False) is not None or _MEASURED.fullmatch(field.strip()) is not None


def ratio(text: str) -> float | None:
    """What ``-2pi/3`` is; None for anything else. What Python would have to parse takes twenty times as long.

    >>> ratio("1/4"), ratio("-√4/8"), ratio("2*3")
    (0.25, -0.25, 6.0)
    """
    found = _QUICK.fullmatch(text)
    if found is None or len(text) > _QUICKLY_AT_MOST or (found[2] and not (found[3] or found[4] or found[5])):
        return constant_in(text) if _RATIO.fullmatch(text) else None
    sign, many, _, named, root, base, divisor = found.groups()
    number = math.pi if named else math.sqrt(float(base)) if root else float(base)
    number = float(many) * number if many else number
    number = divide(number, float(divisor)) if divisor else number
    return -number if sign else number
