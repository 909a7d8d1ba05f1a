"""Web fonts: what a picture needs of fonts that its reader may lack, cut to its signs and embedded."""

from __future__ import annotations

import io
import logging
from base64 import b64encode
from collections.abc import Iterable

from micrograd_gui.fonts import parts
from micrograd_gui.resource import FAMILY, FontFile

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table that is left out
_RESTRICTED = 0x0002  # of a font whose maker wants it embedded nowhere


def embedded(texts: Iterable[tuple[str, bool]]) -> tuple[str, list[str]]:
    """Rules of CSS with the fonts, other than that of all figures, which write these texts, and their names.

    Each text comes with whether it is bold. A font that may not be embedded is left to the reader.
    """
    signs: dict[FontFile, set[str]] = {}
    weights: dict[FontFile, set[bool]] = {}
    for text, bold in dict.fromkeys(texts):
        for part, file in parts(text, bold):
            if file.family != FAMILY:
                signs.setdefault(file, set()).update(part)
                weights.setdefault(file, set()).add(bold)
    rules, names = [], []
    for file, needed in signs.items():
        content = _cut(file, "".join(sorted(needed)))
        if content is None:
            continue
        name = f"micrograd-{file.family}".replace("'", "").replace("\\", "")
        weight = "1 999" if len(weights[file]) > 1 else "bold" if True in weights[file] else "normal"
        data = b64encode(content).decode("ascii")
        rules.append(
            f"@font-face{{font-family:'{name}';font-weight:{weight};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
        names.append(f"'{name}'")
    return "\n".join(rules), list(dict.fromkeys(names))


def _cut(file: FontFile, signs: str) -> bytes | None:
    """The font with these signs and what joins them; None where it may not be embedded, or cannot be read."""
    from fontTools import subset  # type: ignore[import-untyped]  # it has no types
    from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

    options = subset.Options(layout_features=["*"], hinting=False, notdef_outline=True, name_IDs=[1, 2])
    cutter = subset.Subsetter(options)
    try:
        with TTFont(file.path, fontNumber=file.number, lazy=True, recalcTimestamp=False) as font:
            if "OS/2" in font and font["OS/2"].fsType & 0x000F == _RESTRICTED:
                return None
            cutter.populate(text=signs)
            cutter.subset(font)
            font.flavor = "woff"
            made = io.BytesIO()
            font.save(made)
    except (OSError, TTLibError, AssertionError, ValueError, KeyError, subset.Subsetter.SubsettingError):
        return None
    return made.getvalue()
