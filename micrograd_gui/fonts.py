"""Fonts: which file of this machine has the signs of a text that the font of all figures lacks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from micrograd_gui.resource import font_folder

_MAIN = "DejaVuSans.ttf"
_LIKED = ("noto sans", "source han sans", "hiragino", "yu gothic", "meiryo", "pingfang", "microsoft yahei")
_UNFIT = (
    "color",
    "bitmap",
    "last resort",
    "lastresort",
)  # words in names: no outlines, boxes alone


@lru_cache(maxsize=4096)
def fallbacks(text: str) -> tuple[Path, ...]:
    """The files of further fonts that the text needs, the one first that has most of what is missing."""
    missing = lacking(text)
    found: list[Path] = []
    while missing:
        first, *_ = missing
        file = _with_sign(first)
        if file is not None:
            found.append(file)
            missing = [sign for sign in missing if not _has(file, sign)]
        else:
            missing = missing[1:]
    return tuple(dict.fromkeys(found))


def without_font(texts: Iterable[str]) -> str:
    """The signs of these texts that no font of this machine has."""
    signs = dict.fromkeys(sign for text in texts for sign in lacking(text))
    return "".join(sign for sign in signs if _with_sign(sign) is None)


def lacking(text: str) -> list[str]:
    """The signs of the text, each once, that the font of all figures lacks."""
    if text.isascii():
        return []
    folder = font_folder()
    assert folder is not None, "matplotlib is a dependency"
    return [sign for sign in dict.fromkeys(text) if sign > "~" and not _has(folder / _MAIN, sign)]


@cache
def _with_sign(sign: str) -> Path | None:
    return next((file for file in installed() if _has(file, sign)), None)


@cache
def installed() -> tuple[Path, ...]:
    """The fonts of this machine that have outlines, those first that look most like ours."""
    from matplotlib.font_manager import fontManager  # it knows them; who writes plain text does without

    def rank(name: str, style: str, weight: object) -> tuple[bool, bool, bool, int]:
        liked = next((at for at, each in enumerate(_LIKED) if name.lower().startswith(each)), len(_LIKED))
        plain = str(weight) in ("400", "normal", "regular", "500", "medium")
        return "serif" in name.lower() or "mono" in name.lower(), style != "normal", not plain, liked

    known = fontManager.ttflist
    fonts = [each for each in known if not any(word in each.name.lower() for word in _UNFIT)]
    ordered = sorted(fonts, key=lambda each: (*rank(each.name, each.style, each.weight), each.fname))
    return tuple(dict.fromkeys(Path(each.fname) for each in ordered))


@cache
def _signs(file: Path) -> frozenset[int]:
    """The signs that a font has, by number; none where it cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]  # it has no types

    try:
        with TTFont(file, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (OSError, TTLibError, AssertionError, ValueError, KeyError):
        return frozenset()


def _has(file: Path, sign: str) -> bool:
    return ord(sign) in _signs(file)
