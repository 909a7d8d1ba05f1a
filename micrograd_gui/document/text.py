"""Text and numbers as people write them: read, made fit to be saved and to stand in one line, written."""

from __future__ import annotations

import math
import unicodedata

from micrograd_gui.document.errors import Refusal

LONGEST_SPOKEN = 40
# Characters that would turn the reading direction of the rest of a sentence.
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C), "")


def saveable(label: str) -> str:
    """The label with each half of a surrogate pair, which UTF-8 cannot hold, replaced by ``�``."""
    if label.isascii():
        return label
    return label.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def spoken(label: str, longest: int = LONGEST_SPOKEN) -> str:
    """The label in one line, without control characters, at most so many characters long."""
    head = label[: 4 * longest].translate(_TURNING)
    visible = (each if each.isprintable() or unicodedata.category(each) == "Cf" else " " for each in head)
    line = " ".join("".join(visible).split())
    return line if len(line) <= longest and len(label) <= 4 * longest else line[: longest - 1] + "…"


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
