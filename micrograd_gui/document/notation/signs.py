"""Signs: what people write by hand and in print (``3x² − 4x``, ``a ÷ b``, ``√x``, ``Ｌ＝ａ``), as code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import iskeyword
from unicodedata import normalize, numeric

_SIGNS = {
    **dict.fromkeys("×·\u0387⋅∙∗", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("−–", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u2002\u2003", " "),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys(
        "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", ""
    ),  # of reading; a test holds them to those of `text`, which reads numbers by way of this module
}
_POINTS = "·\u0387"  # Python lets them be part of a name; it makes the second the first
_BELOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_LETTERS_ABOVE = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"  # Python takes them for letters of the name before them
_ABOVE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺" + _LETTERS_ABOVE, "0123456789-+abcdefghijklmnoprstuvwxyz")
# What an input method for Chinese, Japanese or Korean writes: signs as wide as its letters, and its points.
_WIDE: dict[int, int] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE |= {ord(wide): ord(sign) for wide, sign in zip("\u3000、。", " ,.", strict=True)}
# Patterns that `re` compiles, and keeps, when they are first needed: the start of the window reads no signs.
_PIECE = (
    r"(?P<string>'''.*?'''|\"\"\".*?\"\"\"|'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”|‘[^’\n]*’|\#[^\n]*)"
    r"|(?P<number>0[xXbBoO]\w+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<part>[¼½¾⅓⅔⅛⅜⅝⅞])"
    rf"|(?P<power>[⁻⁺]?[⁰¹²³⁴-⁹{_LETTERS_ABOVE}]+(?:[⁻⁺][⁰¹²³⁴-⁹{_LETTERS_ABOVE}]+)*)"
    r"|(?P<braced>[^\W\d]\w*?_\{ *\w+(?: *, *\w+)* *\})"
    rf"|(?P<name>[^\W\d][\w]*?(?:[₀-₉]+|(?=[⁰¹²³⁴-⁹⁻⁺{_LETTERS_ABOVE}])|(?!\w)))"
    r"|(?P<blank>[ \t]+)"
    r"|(?P<other>.)"
)
_NUMBER_BEFORE_BRACKET = r"(?<![\w.)\]])\d[\d.]*[ \t]*\("


def python_misreads(text: str) -> bool:
    """Whether it may be Python of another meaning: ``2(a + b)`` calls the number, ``a·b`` is one name."""
    return re.search(_NUMBER_BEFORE_BRACKET, text) is not None or any(
        sign in text for sign in _POINTS + _LETTERS_ABOVE
    )


def is_name(text: str) -> bool:
    """Whether the language reads it as one name, and as the same: Python itself makes ``ﬁ`` an ``fi``."""
    return text.isidentifier() and normalize("NFKC", text) == text and _POINTS[0] not in text


def plain_name(name: str) -> str:
    """The name as the language writes it: ``x1`` for ``x₁``, ``x_12`` for ``x_{12}``.

    What would be no name there stays as it is.
    """
    written = _unbraced(name.translate(_BELOW))
    return written if written.isidentifier() else name


def _unbraced(name: str) -> str:
    """The name with its index as in ``x_1_2``, where TeX has ``x_{1,2}``."""
    return re.sub(r"_\{([^{}]*)\}$", lambda index: "_" + re.sub(r" *, *", "_", index[1].strip()), name)


def plain(text: str) -> tuple[str, list[int]]:
    """The text in the signs of the language, and for each of its characters the place it came from.

    The list has one place more, for the end. What stands in quotes and comments stays. No line is added.
    """
    out: list[str] = []
    places: list[int] = []
    for place, piece in _pieces(text):
        stays = text.startswith(piece, place)
        out.append(piece)
        places.extend(range(place, place + len(piece)) if stays else [place] * len(piece))
    return "".join(out), [*places, len(text)]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Each token in the signs of the language, with the ``*`` that is not written, and where it stood."""
    tokens = list(re.finditer(_PIECE, text.translate(_WIDE), re.DOTALL))
    roots: list[int] = []  # how many brackets are open in each root whose end is awaited
    before = ""  # the kind of the last token that is not blank
    for at, token in enumerate(tokens):
        kind, said = str(token.lastgroup), token.group()
        place = token.start()
        if kind == "braced":
            kind, said = "name", _unbraced(said)
        if kind == "name" and iskeyword(said):
            kind = "other"
        if _times(before, kind, said, apart=place > 0 and text[place - 1].isspace()):
            yield place, "*"
        if kind == "string":
            yield place, _quotes(said, text[place + 1 : token.end()])
        elif said == "√":
            yield place, "sqrt("
            roots.append(0)
            before = "root"
            continue
        elif kind == "part":
            yield place, f"{' ' * (before == 'number')}{numeric(said)!r}"
        elif kind == "power":
            exponent = re.sub(r"(\d)(?=[a-z])", r"\1*", said.translate(_ABOVE))
            yield place, f"**({exponent})"
        elif kind == "name":
            yield place, said.translate(_BELOW)
        else:
            yield place, _SIGNS.get(said, said)
        if kind == "blank":
            continue
        before = _what(kind, said)
        if roots:
            roots[-1] += (said == "(") - (said == ")")
            following = tokens[at + 1].group() if at + 1 < len(tokens) else ""
            called = kind == "name" and following == "("
            while roots and roots[-1] <= 0 and not called:
                yield token.end(), ")"
                roots.pop()
    yield from ((len(text), ")") for _ in roots)


def _times(before: str, kind: str, said: str, *, apart: bool) -> bool:
    """Whether what stands before is multiplied by this token, though no sign says so."""
    if said == "√" or (said == "(" and before != "name"):
        return before in ("number", "power", "below") or (said == "√" and before in ("name", "close"))
    if before == "close":
        return kind == "name" and not apart
    return kind == "name" and before in ("number", "power", "below")


def _what(kind: str, said: str) -> str:
    """What a token is to the one that follows."""
    if kind == "name" and said[-1] in "₀₁₂₃₄₅₆₇₈₉":
        return "below"
    if kind == "part":
        return "number"
    return "close" if said == ")" else kind


def _quotes(said: str, rest: str) -> str:
    """A text in straight quotes, or a comment; what is in it is as it was typed."""
    if said[0] == "#":
        return f"#{rest}"
    return _SIGNS.get(said[0], said[0]) + rest[:-1] + _SIGNS.get(said[-1], said[-1])
