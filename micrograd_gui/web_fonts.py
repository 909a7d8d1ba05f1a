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
    import uharfbuzz  # type: ignore[import-untyped]  # it has no types

    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(map(ord, signs))
    wanted.layout_feature_tag_set.invert()  # all of them, in place of those most in use
    wanted.name_id_set.update({1, 2})
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    try:
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(file.path), file.number)
        os2 = face.reference_table("OS/2").data
        if int.from_bytes(os2[8:10], "big") & 0x000F == _RESTRICTED:
            return None
        return _packed(uharfbuzz.subset(face, wanted).blob.data)
    except (OSError, uharfbuzz.HarfBuzzError, RuntimeError, ValueError):
        return None


def _packed(font: bytes) -> bytes:
    """The font as a web page carries it."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types

    made = io.BytesIO()
    with TTFont(io.BytesIO(font), lazy=True, recalcBBoxes=False, recalcTimestamp=False) as packed:
        packed.flavor = "woff"
        packed.save(made)
    return made.getvalue()
