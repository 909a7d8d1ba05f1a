"""How numbers are read from people and written for them."""

from __future__ import annotations

import math

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.labels import spoken

MINUS = "\u2212"
WIDEST = MINUS + "00000.0000"  # no number is written wider than this, so fields can keep one width


def written(number: float | None, digits: int = 4) -> str:
    """A number as the window shows it: ``−6.0000``; a dot where nothing was computed yet.

    Numbers too large or too small for a fixed point become ``1.23e+08``; zero is always ``0.0000``.
    """
    if number is None:
        return "·"
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else MINUS + "inf"
    size = abs(number)
    if size and (size >= 99999.5 or size < 0.5 * 10.0**-digits):
        text = f"{size:.2e}".replace("e-", f"e{MINUS}")
    else:
        text = f"{size:.{digits}f}"
    return MINUS + text if number < 0 else text


def short(number: float) -> str:
    """A number in as few characters as tell it: ``2``, ``−0.5``, ``6.881374``."""
    text = f"{number or 0.0:.7g}"  # of the two zeros only one is shown
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def exact(number: float) -> str:
    """The shortest text that reads back as the same number, whole numbers without ``.0``."""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number)) if number or math.copysign(1.0, number) > 0 else "-0.0"
    return repr(number)


def read_number(text: str, what: str = "The value") -> float:
    """The finite number that a person typed; both minus signs and a decimal comma are understood.

    Raises Refusal with a sentence that quotes what was typed.
    """
    plain = text.strip().replace(MINUS, "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise Refusal(f"{what} must be a number, not “{spoken(text)}”.") from None
    if not math.isfinite(number):
        raise Refusal(f"{what} must be a finite number, not “{spoken(text)}”.")
    return number
