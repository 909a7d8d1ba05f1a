"""Fonts: which file of this machine has the signs of a text, and how wide it is set there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from micrograd.language import N_, in_quotes, remembered, tr
from micrograd_gui.document.errors import OptionRefusal
from micrograd_gui.document.text import quoted
from micrograd_gui.languages import fonts as of_language
from micrograd_gui.resource import FAMILY, Family, FontFile, asked, main_font, ours

if TYPE_CHECKING:
    from collections.abc import Mapping

BOX = "□"  # stands for a sign that no font has
_LIKED = (
    "noto sans", "source han sans", "hiragino", "yu gothic",  # as in code
    "meiryo", "pingfang", "microsoft yahei",  # as in code
)  # fmt: skip
_UNFIT = ("color", "bitmap", "last resort", "lastresort")  # as in code: no outlines, boxes alone
_UNSEEN = frozenset(map(chr, (*range(0x200C, 0x2010), *range(0xFE00, 0xFE10))))  # join, turn, choose a form
_BOLD = 600  # the weight from which on a font is taken for bold
_NEAR = 3  # names that a refusal tells


@lru_cache(maxsize=64)
def family_named(name: str) -> Family:
    """The font of that name, capitals or not; raises OptionRefusal, which tells names near to it."""
    wanted = " ".join(name.split()).casefold()
    files: dict[tuple[bool, bool], FontFile] = {}
    found = ""
    for each, style, weight in _entries():
        if each.family.casefold() == wanted and _exists(each):
            found = each.family
            files.setdefault((weight >= _BOLD, style != "normal"), each)
    if not files:
        near = _told_near(wanted)
        said = (
            N_("{option} must be on this machine, as {given} is not; near to it are {names}.")
            if near
            else N_("{option} must be on this machine, as {given} is not.")
        )
        raise OptionRefusal("font", said, given=quoted(name), names=near)
    return Family(found, tuple(files.items()))


def _told_near(wanted: str) -> str:
    names = {each.family.casefold(): each.family for each, _, _ in _entries()}
    near = [key for key in names if wanted and wanted in key][:_NEAR]
    near += get_close_matches(wanted, names, _NEAR)
    return ", ".join([in_quotes(names[key]) for key in dict.fromkeys(near)][:_NEAR])


# Signs that a font lacks --------------------------------------------------------------------------------


def fallbacks(text: str, bold: bool = False) -> tuple[FontFile, ...]:
    """The further fonts that the text needs, the one first that has most of what is missing.

    Behind a font that was asked for that is the font of all figures, whatever the text.
    """
    return () if _is_ours(text) else _fallbacks(text, bold, asked())


@remembered(4096)
def _fallbacks(text: str, bold: bool, chosen: Family | None) -> tuple[FontFile, ...]:
    missing = lacking(text)
    found = [] if chosen is None else [ours(bold)]
    while missing:
        file = _with_sign(missing[0], bold)
        if file is not None:
            found.append(file)
            missing = [sign for sign in missing if not has(file, sign)]
        else:
            missing = missing[1:]
    return tuple(dict.fromkeys(found))


def lacking(text: str) -> list[str]:
    """The signs of the text, each once, that the font of all figures, and the one asked for, lack."""
    if text.isascii():
        return []
    mine = dict.fromkeys((ours(), main_font()))
    return [
        sign
        for sign in dict.fromkeys(text)
        if sign > "~" and sign not in _UNSEEN and not any(has(each, sign) for each in mine)
    ]


def without_font(texts: Iterable[str]) -> str:
    """The signs of these texts that no font of this machine has."""
    signs = dict.fromkeys(sign for text in texts for sign in lacking(text))
    return "".join(sign for sign in signs if _with_sign(sign, bold=False) is None)


def no_font_has(texts: Iterable[str], *, by_code: bool = False) -> str:
    """What is to be told of signs that no font here has; nothing where all have one.

    Where it is told in those fonts, ``by_code`` names the signs as Unicode counts them: U+1F525.
    """
    signs = without_font(texts)
    told = f"{signs[:12]}{'…' if len(signs) > 12 else ''}"
    if not signs:
        return ""
    if by_code:
        told = " ".join([*(f"U+{ord(sign):04X}" for sign in signs[:4]), *(["…"] if len(signs) > 4 else [])])
    return tr("No font of this machine has {signs}: boxes stand in their place.", signs=told)


def shown(text: str) -> str:
    """The text with a box for each sign that no font has."""
    missing = without_font([text])
    return text.translate(dict.fromkeys(map(ord, missing), BOX)) if missing else text


def families(text: str) -> list[str]:
    """The names of the fonts that the text needs, ours first, as matplotlib takes them."""
    return [FAMILY, *(each.family for each in fallbacks(text) if each.family)]


def parts(text: str, bold: bool = False) -> list[tuple[str, FontFile]]:
    """The text in pieces, each with the font that has it; what no font has is a box in ours."""
    files, made = (main_font(bold), *fallbacks(text, bold)), list[tuple[str, FontFile]]()
    for sign in shown(text):
        file = next((each for each in files if has(each, sign)), files[0])
        if made and (made[-1][1] == file or sign in _UNSEEN):
            made[-1] = made[-1][0] + sign, made[-1][1]
        else:
            made.append((sign, file))
    return made


@lru_cache(maxsize=20_000)
def advance(text: str, file: FontFile) -> float:
    """How wide the text is in that font, letters joined as they are in it, in parts of the font's size."""
    import uharfbuzz  # type: ignore[import-untyped]  # it has no types

    font = _opened(file)
    if font is None:
        return float(len(text))
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    return float(sum(each.x_advance for each in buffer.glyph_positions) / font.face.upem)


def has(file: FontFile, sign: str) -> bool:
    """Whether the font has that sign."""
    font = _opened(file)
    return font is not None and font.get_nominal_glyph(ord(sign)) is not None


@lru_cache(maxsize=2048)  # a font that is open takes no memory but what is read of it
def _opened(file: FontFile) -> Any:
    """The font, for HarfBuzz; None where it cannot be read."""
    import uharfbuzz

    try:
        return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file.path)), file.number))
    except (OSError, ValueError, uharfbuzz.HarfBuzzError):
        return None


@remembered(None)
def _with_sign(sign: str, bold: bool) -> FontFile | None:
    if not bold:
        return next((each for each in installed() if has(each, sign)), None)
    found = _with_sign(sign, False)
    if found is None:
        return None
    thick = _bold_ones().get(found.family)
    return thick if thick is not None and has(thick, sign) else found


def _is_ours(text: str) -> bool:
    return text.isascii() and asked() is None


# The fonts of this machine ------------------------------------------------------------------------------


@remembered(None)
def installed() -> tuple[FontFile, ...]:
    """The fonts of this machine that have outlines, those first that look most like ours.

    Before them come those that the language in use wants.
    """
    wanted = [name.lower() for name in of_language()]

    def rank(entry: tuple[FontFile, str, int]) -> tuple[bool, bool, bool, int, int, str, int]:
        (path, index, name), style, weight = entry
        name = name.lower()
        liked = next((at for at, each in enumerate(_LIKED) if name.startswith(each)), len(_LIKED))
        serif, plain = "serif" in name or "mono" in name, weight in (400, 500)
        first = wanted.index(name) if name in wanted else len(wanted)
        return serif, style != "normal", not plain, first, liked, str(path), index

    return tuple(dict.fromkeys(each for each, _, _ in sorted(_entries(), key=rank)))


@cache
def _bold_ones() -> Mapping[str, FontFile]:
    """Of each family the file that is bold and does not lean."""
    return {each.family: each for each, style, weight in _entries() if style == "normal" and weight == 700}


@cache
def _entries() -> tuple[tuple[FontFile, str, int], ...]:
    """Each font that has outlines, with its style and weight."""
    from matplotlib.font_manager import fontManager, weight_dict

    def weighed(weight: object) -> int:
        return weight if isinstance(weight, int) else weight_dict.get(str(weight), 400)

    return tuple(
        (FontFile(Path(each.fname), getattr(each, "index", 0), each.name), each.style, weighed(each.weight))
        for each in fontManager.ttflist
        if not any(word in each.name.lower() for word in _UNFIT)
    )


def _exists(file: FontFile) -> bool:
    return _opened(file) is not None
