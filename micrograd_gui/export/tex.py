"""TeX: what users and cards say, as mathematics where it is, and as harmless text where it is not."""

from __future__ import annotations

import re
import unicodedata

from micrograd_gui.document.text import runs
from micrograd_gui.fonts import fallbacks
from micrograd_gui.resource import asked

SIGN = r"\microgradsign"  # a character that TeX's own fonts lack: engines that know Unicode look in others
_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
    "Droid Sans Fallback", "Noto Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Symbola", "DejaVu Sans",
    "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai", "Arial Unicode MS",
)  # fmt: skip
_TURNED = r"\microgradturned"
_SAID = r"""\ifdefined\Umathcode\ifdefined\newfontface\else
\PackageWarningNoLine{micrograd-gui}{Labels have signs that TeX's own fonts lack:\MessageBreak
boxes stand in their place. Say \string\usepackage{fontspec}}\fi\else
\PackageWarningNoLine{micrograd-gui}{Labels have signs that pdflatex has no\MessageBreak
font for: boxes stand in their place. Take lualatex or xelatex}\fi"""
# A font is looked for when a sign is first not in those before it: that takes long where there is none.
_TRY = r"""\renewcommand\microgradscript[1]{\addfontfeatures{Script=#1}%
\ifdefined\directlua\addfontfeatures{Renderer=HarfBuzz}\fi}
\providecommand\microgradtry[1]{\ifcsname microgradface#1\endcsname\else
\IfFontExistsTF{#1}%
{\expandafter\gdef\csname microgradface#1\endcsname{\fontspec[ItalicFont={}]{#1}}}%
{\expandafter\gdef\csname microgradface#1\endcsname{}}\fi\csname microgradface#1\endcsname}"""
_WORD = r"\microgradword"  # letters that are joined, or go from right to left: set as a whole
DEFINE_SIGN = r"""\providecommand\microgradbox{\fbox{\rule{0pt}{1ex}\rule{0.6ex}{0pt}}}%
\providecommand\microgradother[2]{\microgradbox}%
\providecommand\microgradsign[1]{\ifdefined\Umathcode
  \iffontchar\font`#1 #1\else\microgradother{#1}{#1}\fi\else\microgradbox\fi}%
\providecommand\microgradscript[1]{}%
\providecommand\microgradword[3]{\ifdefined\Umathcode
  \microgradother{#2}{\microgradscript{#1}#3}\else\microgradbox\fi}%
\providecommand\microgradturned[3]{\ifdefined\directlua\hbox dir TRT{\microgradword{#1}{#2}{#3}}\else
  \ifdefined\TeXXeTstate\hbox{\TeXXeTstate=1 \beginR\microgradword{#1}{#2}{#3}\endR}\else
  \microgradbox\fi\fi}%"""
DEFINE_INDEX = r"""\providecommand\microgradindex[2]{\hbox{\scalebox{#1}{$#2$}}}%
\providecommand\microgradsub[2]{$_{\hbox{\scalebox{#1}{#2}}}$}%"""
GREEK = re.findall(
    r"\w+",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
    "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
)
_FUNCTIONS = ("tanh", "exp", "log", "sin", "cos", "max", "min")
_LETTERS = {unicodedata.lookup(f"GREEK {'CAPITAL' if n[0].isupper() else 'SMALL'} LETTER "
            f"{n.upper().replace('LAMBDA', 'LAMDA')}"): n for n in GREEK}  # fmt: skip
_SIGNS = {
    "×": r"\times ", "÷": r"\div ", "−": "-", "·": r"\cdot ", "→": r"\to ", "←": r"\leftarrow ",
    "≠": r"\neq ", "≤": r"\leq ", "≥": r"\geq ", "≈": r"\approx ", "∞": r"\infty ", "∂": r"\partial ",
    "²": "^2", "³": "^3", "¹": "^1", "ⁿ": "^n", "√": r"\surd ", "±": r"\pm ", "½": r"\frac12 ", "⁻": "^-",
    "<": "<", ">": ">", "|": "|", "Σ": r"\Sigma ",
    **{letter: rf"\{name} " for letter, name in _LETTERS.items()},
}  # fmt: skip
_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", '"': "''",
    "“": "``", "”": "''", "‘": "`", "’": "'", "…": r"\dots{}", "–": "--", "—": "---",
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "ø": r"\o{}", "Ø": r"\O{}", "ł": r"\l{}",
    "[": "{[}", "]": "{]}", "-": "{-}", "`": "{`}", "'": "{'}", ",": "{,}",
}  # fmt: skip
_ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030a": "r",
            "\u0327": "c", "\u030c": "v", "\u0304": "=", "\u0306": "u"}  # fmt: skip
_FORMULA = re.compile(r"[A-Za-z0-9_+\-*/=().,\s×÷−·²³α-ωΑ-Ω^]+")
_PART = re.compile(r"[A-Za-zα-ωΑ-Ω]+(?:_?\d+(?:_\d+)*|_[A-Za-z]{1,3}(?![A-Za-z]))?|\d+(?:\.\d+)?|\s+|.")
_HYPHEN = re.compile(r"[A-Za-z]{2}-[A-Za-z]|[A-Za-z]-[A-Za-z]{2}")  # max-margin is no difference
# Of scripts that join their letters, or go from right to left.
_LETTER = r"[\u0590-\u10ff\u1200-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc]"
_JOINED = re.compile(rf"{_LETTER}+(?:[ \u200c\u200d]+{_LETTER}+)*")
_LOWER_OR_HIGHER = re.compile(r"(?<!\\)([_^])(?:\{([^{}]+)\}|(-?[0-9n]))")
_UNSEEN = "\u200c\u200d\ufe0e\ufe0f"  # joins and choices of emoji
_MEMBER = re.compile(r"(.+)\.(data|grad)", re.DOTALL)


def fonts() -> str:
    """For a preamble: what engines that know Unicode look for fonts with, where it is installed."""
    # no \newif: where TeX skips all this, in a paper, it would find a \fi too many
    return r"""\def\microgradfonts{0}
\ifdefined\Umathcode\IfFileExists{fontspec.sty}{\def\microgradfonts{1}}{}\fi
\ifdefined\directlua\IfFileExists{luaotfload.sty}{}{\def\microgradfonts{0}}\fi
\ifnum\microgradfonts=1 \usepackage{fontspec}\fi"""


def faces(text: str) -> str:
    """Where engines that know Unicode find the signs of the text that TeX's own fonts lack.

    It stands in the document, for a paper that a picture is put into has a preamble of its own; without
    fontspec there, boxes stay, and a warning says so. A font that was asked for comes first, then those of
    this machine that have the signs.
    """
    chosen = asked()
    here = [] if chosen is None else [chosen.name]
    here += [each.family for each in fallbacks("".join(dict.fromkeys(text))) if each.family]
    known = dict.fromkeys((*here, *_FONTS))
    tried = "".join(rf"\microgradtry{{{font}}}\iffontchar\font`#1 #2\else" for font in known)
    ends = r"\fi" * len(known)
    lines = (
        _SAID if wants_fonts(text) else "",
        r"\ifdefined\newfontface",
        _TRY,
        rf"\renewcommand\microgradother[2]{{{{{tried}\microgradbox{ends}}}}}",
        "" if chosen is None else _whole(chosen.name),
        r"\fi",
    )
    # at the end of a line would be a space beside the picture
    return "\n".join(f"{line.removesuffix('%')}%" for line in "\n".join(filter(None, lines)).split("\n"))


def wants_fonts(text: str) -> bool:
    """Whether the TeX has signs that TeX's own fonts lack."""
    return any(command in text for command in (SIGN, _WORD, _TURNED))


def _whole(font: str) -> str:
    own = r"\let\microgradown\undefined"
    return rf"{own}\IfFontExistsTF{{{font}}}{{\newfontfamily\microgradown{{{font}}}}}{{}}"


def label(text: str) -> str:
    """A label: ``w1``, ``w_1`` and ``w_{1}`` as w with an index, formulas as mathematics, else as text."""
    made = _formula(re.sub(r"(?<=\w)_\{([A-Za-z]{1,3}|\d+)\}", r"_\1", text))
    if made is not None:
        return made
    return "".join(rf"\textsubscript{{{plain(part)}}}" if low else plain(part) for part, low in runs(text))


def name(text: str) -> str:
    """A name in a formula of the step card: ``x1.grad`` is a label and a word."""
    member = _MEMBER.fullmatch(text.strip())
    return label(text) if member is None else f"{label(member[1])}.{member[2]}"


def operation(symbol: str) -> str:
    """The sign of an op, as mathematics where it is one."""
    if symbol in ("+", "/"):
        return f"${symbol}$"
    if symbol.isalpha() and len(symbol) > 1:
        return plain(symbol)  # tanh, mlp: upright
    return plain(symbol) if _formula(symbol) is None else label(symbol)


def number(text: str, *, bold: bool = False) -> str:
    """A number as the program writes it, with the words that may stand before it: ``+= −1.5``."""
    before, _, last = text.replace("−", "-").rpartition(" ")
    mantissa, exponential, exponent = last.partition("e")
    if last.lstrip("-") in ("inf", "nan"):
        made = last.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")
    elif exponential and exponent.lstrip("+-").isdigit():
        made = rf"{mantissa}{{\cdot}}10^{{{int(exponent)}}}"
    elif re.fullmatch(r"-?[\d.]+", last):
        made = last
    else:
        return plain(text)
    words = plain(f"{before} ") if before else ""
    return (rf"\textbf{{{words}}}" if words and bold else words) + _strong(made, bold)


def _strong(formula: str, bold: bool) -> str:
    return rf"$\mathbf{{{formula}}}$" if bold else f"${formula}$"


def with_indices(said: str, part: float) -> str:
    r"""What `label` and the others give, with indices and exponents that are such a part of its size.

    TeX makes them smaller as it likes. `DEFINE_INDEX` defines the commands for that.
    """
    said = _LOWER_OR_HIGHER.sub(
        lambda found: rf"{found[1]}{{\microgradindex{{{part:.3f}}}{{{found[2] or found[3]}}}}}", said
    )
    return said.replace(r"\textsubscript{", rf"\microgradsub{{{part:.3f}}}{{")


def depth(part: float) -> float:
    """How much lower than usual an index hangs that is such a part of its text: what its size is times.

    TeX has its top, of digits 0.644 above their foot, no higher than four fifths of an x, which has 0.431;
    one of the usual size then hangs 0.15 below the line.
    """
    return max(0.0, 0.644 * part - 0.8 * 0.431 - 0.15)


def has_indices(said: str) -> bool:
    """Whether a text needs `DEFINE_INDEX`."""
    return r"\microgradindex" in said or r"\microgradsub" in said


def plain(text: str) -> str:
    """Text that cannot be read as a command; what goes from right to left, or joins letters, as words."""
    text = unicodedata.normalize("NFC", text)
    made, at = "", 0
    for each in _JOINED.finditer(text):
        turned = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in each[0])
        script = unicodedata.name(each[0][0], "Latin").split()[0].title()
        made += "".join(map(_character, text[at : each.start()]))
        made += rf"{_TURNED if turned else _WORD}{{{script}}}{{{each[0][0]}}}{{{each[0]}}}"
        at = each.end()
    return made + "".join(map(_character, text[at:]))


def _character(c: str) -> str:
    if c in _UNSEEN:
        return ""
    if c in _TEXT:
        return _TEXT[c]
    if c in _SIGNS:
        return f"${_SIGNS[c].strip()}$"
    if c.isascii():
        return c if c.isprintable() else "?"
    parts = unicodedata.normalize("NFD", c)
    if len(parts) == 2 and parts[1] in _ACCENTS and parts[0].isascii() and parts[0].isalpha():
        return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return rf"{SIGN}{{{c}}}" if c.isprintable() and c != "\ufffd" else "?"  # LuaTeX takes that for an error


def _formula(text: str) -> str | None:
    """The text as mathematics; None where it does not look like any."""
    text = text.strip()
    if not text or not _FORMULA.fullmatch(text) or not re.search(r"[A-Za-z0-9α-ωΑ-Ω]", text):
        return None
    if re.search(r"[A-Za-z0-9]\s+[A-Za-z0-9]", text) or _HYPHEN.search(text):
        return None  # words, not a formula
    parts: list[str] = []
    for part in _PART.findall(text):
        if part.isspace():
            continue
        made = _word(part) if part[0].isalpha() else _operator(part)
        if made is None:
            return None
        parts.append(made)
    joined = re.sub(r"(\\[A-Za-z]+) (?![A-Za-z])", r"\1", "".join(parts))  # a command ends by itself there
    return f"${joined}$"


def _word(word: str) -> str | None:
    stem = re.match(r"[A-Za-zα-ωΑ-Ω]+", word)
    assert stem is not None
    index = word[stem.end() :].lstrip("_").replace("_", ",")
    if stem[0] in GREEK or stem[0] in _FUNCTIONS:
        made = rf"\{stem[0]} "
    elif len(stem[0]) == 1:
        made = _SIGNS.get(stem[0], stem[0])
    else:
        made = rf"\mathit{{{''.join(_SIGNS.get(c, c) for c in stem[0])}}}"
    return f"{made.strip()}_{{{index}}}" if index else made


def _operator(part: str) -> str | None:
    if part in _SIGNS:
        return _SIGNS[part]
    if part == "*":
        return r"{\cdot}"
    if part in "_^":
        return None
    return part
