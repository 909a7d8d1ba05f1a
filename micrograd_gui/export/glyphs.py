"""Glyphs: texts as outlines of letters, all of a picture drawn at once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from micrograd.language import remembered
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.parts import Text
from micrograd_gui.figures.shapes import tone_of
from micrograd_gui.fonts import fallbacks, shown
from micrograd_gui.resource import Family, FontFile, asked, main_font

if TYPE_CHECKING:
    from matplotlib.collections import Collection
    from matplotlib.path import Path
    from matplotlib.transforms import Transform

_UNIT = 100.0  # the size at which matplotlib gives outlines, in points


def glyphs_of(texts: Sequence[Text], palette: Palette, scale: float, place: Transform) -> Collection:
    """The texts as one collection, in so many pixels per unit; ``place`` takes units to where they belong."""
    from matplotlib.collections import Collection
    from matplotlib.colors import to_rgba
    from matplotlib.transforms import Affine2D

    colours = {tone: to_rgba(palette.colour(tone)) for tone in {tone_of(text) for text in texts}}
    paths: list[Path] = []
    offsets, sizes, inks = [], [], []
    for text in texts:
        ink, left = colours[tone_of(text)], text.left
        for piece in text.pieces:
            size = piece.size / _UNIT
            for path, x, y in _laid_out(piece.text, text.bold, text.italic, asked()):
                paths.append(path)
                offsets.append((left + piece.x + size * x, text.y + piece.down - size * y))
                sizes.append(size)
                inks.append(ink)
    looks: Any = {"facecolors": np.array(inks).reshape(-1, 4), "offsets": np.array(offsets).reshape(-1, 2)}
    turns = np.array(sizes)[:, None, None] * np.eye(3)
    turns[:, 2, 2] = 1.0
    made = Collection(
        edgecolors="none", linewidths=0.0, offset_transform=place, transform=Affine2D().scale(scale), **looks
    )
    made.set_paths(paths)
    made._transforms = turns  # type: ignore[attr-defined]  # matplotlib's own kinds of collections set it so
    made.set_snap(False)  # a minus is not moved to whole pixels, nor is an l
    return made


@remembered(50_000)
def _laid_out(
    text: str, bold: bool, italic: bool, chosen: Family | None
) -> tuple[tuple[Path, float, float], ...]:
    """The letters that are seen of a text, and where they stand at the size of outlines."""
    from matplotlib.font_manager import get_font
    from matplotlib.textpath import text_to_path

    files = [main_font(bold, italic), *fallbacks(text, bold)]
    font = get_font([_named(each) for each in files])
    font.set_size(_UNIT, text_to_path.DPI)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        found, outlines, _ = text_to_path.get_glyphs_with_font(font, shown(text))
    return tuple((_outline(name, *outlines[name]), x, y) for name, x, y, _ in found if len(outlines[name][0]))


def _named(file: FontFile) -> str:
    """The font as matplotlib takes it."""
    from matplotlib.font_manager import FontPath

    return FontPath(str(file.path), file.number)


_OUTLINES: dict[str, Path] = {}  # by the name that matplotlib gives a letter of a font


def _outline(name: str, points: Any, codes: Any) -> Path:
    """The outline of a letter, the same for all texts."""
    from matplotlib.path import Path

    if name not in _OUTLINES:
        _OUTLINES[name] = Path(points, codes)
    return _OUTLINES[name]
