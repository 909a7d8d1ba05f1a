"""Sizing: how wide a figure is to be and how large its smallest text: lengths with units, and presets."""

from __future__ import annotations

import math
import re
from typing import Any

from msgspec import Struct

from micrograd.language import N_
from micrograd_gui.document.errors import OptionRefusal
from micrograd_gui.document.text import quoted

POINTS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0, "px": 0.75}  # to one of each unit
_DIGITS = {"cm": 1, "mm": 0, "in": 2, "pt": 0, "px": 0}  # behind the point, where one is told
TINY = 5.0  # points: smaller text is told of
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(cm|mm|in|pt|px|[\"”″]|)\s*")


class Sizing(Struct, frozen=True):
    """Lengths in points, 72 to the inch; what is None was not asked for.

    ``height`` is the most a figure may have; with ``whole`` it has all of that. ``unit`` is the one in which
    the width was said. ``rankdir`` is the direction that was said. ``paged``: it may stand on a page.
    """

    width: float | None = None
    text: float | None = None
    dpi: float | None = None
    height: float | None = None
    whole: bool = False
    unit: str = "cm"
    rankdir: str | None = None
    paged: bool = True

    def pixels(self, usual: float) -> float:
        """Pixels to the inch: as asked, else those that make a px of the width a pixel, else as usual."""
        return self.dpi or (96.0 if self.unit == "px" else usual)


class Preset(Struct, frozen=True):
    """What a name stands for: width, smallest text and the most height, in points."""

    width: float
    text: float
    height: float | None = None
    whole: bool = False
    dpi: float | None = None


_CM = POINTS["cm"]
PRESETS = {
    "column": Preset(8.4 * _CM, 8.0),
    "two-columns": Preset(17.4 * _CM, 8.0),
    "slide": Preset(16 * _CM, 8.0, 9 * _CM, whole=True, dpi=1920 / 16 * 2.54),
    "beamer": Preset(14 * _CM, 8.0, 7.2 * _CM),
    "poster": Preset(38 * _CM, 24.0),
}
_MEANING = {"columnwidth": "column", "linewidth": "column", "hsize": "column", "one-column": "column",
            "textwidth": "two-columns", "two-column": "two-columns", "page": "two-columns",
            "paperwidth": "slide", "16:9": "slide", "framewidth": "beamer"}  # fmt: skip


class Length(Struct, frozen=True):
    """So many points, said in that unit; or a preset."""

    points: float
    unit: str = "pt"
    preset: str = ""


def length_from(value: Any, name: str, within: tuple[float, float], *, bare: str = "") -> Length:
    """A length as somebody says it: ``8.4cm``, or the name of a preset, where these are widths.

    ``bare`` is the unit of a number that has none; without it such a number is refused. Raises OptionRefusal.
    """
    wide = not bare
    if isinstance(value, str) and wide:
        said = value.strip().lower().lstrip("\\").replace("_", "-")
        said = _MEANING.get(said, said)
        if said in PRESETS:
            return Length(PRESETS[said].width, "cm", said)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    found = _LENGTH.fullmatch(f"{value!r}" if number else value.lower() if isinstance(value, str) else "")
    unit = "" if found is None else {"": bare, '"': "in", "”": "in", "″": "in"}.get(found[2], found[2])
    if found is None or not unit:
        wanted = (
            N_(
                "{option} must be a length with its unit, such as 8.4cm, 84mm, 3.3in, 240pt or 800px, "
                "or one of {presets}, not {given}."
            )
            if wide
            else N_("{option} must be a length with its unit, such as 8pt, not {given}.")
        )
        raise OptionRefusal(name, wanted, presets=", ".join(PRESETS), given=quoted(value))
    points = float(found[1]) * POINTS[unit]
    if not within[0] <= points <= within[1]:
        least, most = (told(each, unit) for each in within)
        raise OptionRefusal(
            name,
            N_("{option} must be from {least} to {most}, not {given}."),
            least=least,
            most=most,
            given=quoted(value),
        )
    return Length(points, unit)


def told(points: float, unit: str) -> str:
    """The length in that unit, with few digits behind the point."""
    return f"{round(points / POINTS[unit], _DIGITS[unit]):g} {unit}"


def rounded_up(points: float, unit: str) -> float:
    """The least length that is told of in that unit and is enough, in points."""
    fine = 10 ** _DIGITS[unit]
    return math.ceil(points / POINTS[unit] * fine - 1e-9) / fine * POINTS[unit]
