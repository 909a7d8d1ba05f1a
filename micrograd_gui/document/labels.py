"""Labels: whatever a user writes, fit to be saved, and in one short line where a sentence names a node."""

from __future__ import annotations

import unicodedata

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
