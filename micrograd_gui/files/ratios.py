"""A number as a table may have it, as a ratio: what ``-2pi/3`` is."""

from __future__ import annotations

import math
import re

from micrograd.ieee import divide
from micrograd_gui.document.notation.literals import constant_in
from micrograd_gui.document.text import MINUS

NARROW = str.maketrans({MINUS: "-", **dict(zip("－＋．。，／", "-+..,/", strict=True))})  # signs of a number

# nothing in it is gone back to: else a field of some thousand digits would take for ever
_RATIO = re.compile(r"[+-]?(\d++\.?\d*+\*?)?(pi|π|√?\d++\.?\d*+)(/\d++\.?\d*+)?")
_PLAIN = r"((?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?)"  # in Python no 0 stands before another digit
_QUICK = re.compile(rf"(-?)(?:{_PLAIN}(\*?))?(?:(pi|π)|(√?){_PLAIN})(?:/{_PLAIN})?")
_QUICKLY_AT_MOST = 200  # characters of a ratio; what is longer, constant_in takes for none


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
