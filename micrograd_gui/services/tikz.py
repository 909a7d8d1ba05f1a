"""Picture → TikZ: a file that can be compiled as it stands, or put into a paper or a deck by \\input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from micrograd_gui.services import tex
from micrograd_gui.services.captions import LINE, enlarged, factor
from micrograd_gui.services.inks import Ink
from micrograd_gui.services.parts import SIZE, Text
from micrograd_gui.services.picture import MARGIN, Picture
from micrograd_gui.services.shapes import (
    DASHES,
    TONES,
    VEIL,
    Curve,
    Ellipse,
    Lines,
    Polygon,
    Rect,
    Shape,
    groups,
    tone_of,
)
from micrograd_gui.session.formulas import Fragment, Line

_UNIT = 10 / SIZE  # points of TeX to a unit of a picture: text of the usual size becomes 10 pt
_SIZES = (5, 6, 7, 8, 9, 10, 12)  # those that TeX's own fonts have
_END = r"\end{tikzpicture}"
_ANCHORS = {"start": "anchor=base west", "middle": "anchor=base", "end": "anchor=base east"}
_KINDS = {"data": "data", "grad": "grad", "operator": "text", "problem": "grad"}
_DASH, _GAP = (f"{length * _UNIT:.2f}bp" for length in DASHES)
_VEIL = f"fill opacity={VEIL:g}, dash pattern=on {_DASH} off {_GAP}"
_FILE = r"""% {title}, drawn by micrograd-gui.
% Compile it as it stands, or \input it into {what} of your own that has \usepackage{{tikz}}.
\ifdefined\tikzpicture \def\micrograddone{{\micrograd}}\else
{preamble}
\begin{{document}}
\def\micrograddone{{{around}\end{{document}}}}
\fi
\providecommand\microgradsize[1]{{\fontsize{{#1}}{{#1}}\selectfont}}
{sign}
\def\micrograd{{{{%
{body}
}}}}
\micrograddone
"""
_PAPER = r"""\documentclass{{article}}
\usepackage[papersize={{{width:.2f}bp,{height:.2f}bp}},margin=0bp]{{geometry}}
\usepackage{{tikz}}
\pagestyle{{empty}}\parindent0pt\topskip0pt"""
_DECK = r"""\documentclass[aspectratio=169]{beamer}
\usepackage{tikz}
\setbeamertemplate{navigation symbols}{}"""
_FRAME = r"\begin{frame}\centering\resizebox{%s}{\micrograd}\end{frame}"


def paper(
    picture: Picture, ink: Ink, *, title: str, card: Sequence[Line] = (), ground: bool = False
) -> bytes:
    """One moment; compiled as it stands, the page is as large as the picture."""
    size = _PAPER.format(width=picture.width * _UNIT + 0.5, height=picture.height * _UNIT + 0.5)
    body = [*_begin(picture, ink, ground), *_units(picture), *_card(picture, card), _END]
    return _file(body, title=title, what="a paper", preamble=size, around=r"\micrograd")


def deck(
    pictures: Sequence[Picture],
    cards: Sequence[Sequence[Line]],
    ink: Ink,
    *,
    title: str,
    ground: bool = False,
) -> bytes:
    r"""All moments in one picture: what stays stands there once, the rest in \only<n>, for Beamer."""
    wide = pictures[0].width / pictures[0].height > 1.9  # as wide as the slide, else as high
    body = _begin(pictures[0], ink, ground)
    for texts in zip(*map(_units, pictures), strict=True):
        runs = _runs(texts)
        body += [text if len(runs) == 1 else rf"\only<{spec}>{{{text}}}" for text, spec in runs if text]
    for number, (picture, card) in enumerate(zip(pictures, cards, strict=True), 1):
        body += [rf"\only<{number}>{{{line}}}" for line in _card(picture, card)]
    around = _FRAME % (r"\textwidth}{!" if wide else r"!}{0.85\textheight")
    return _file([*body, _END], title=title, what="a frame of a Beamer deck", preamble=_DECK, around=around)


def _file(body: Iterable[str], *, title: str, **parts: str) -> bytes:
    comment = "".join(c if c.isprintable() else " " for c in title)  # it must stay on its line
    text = _FILE.format(title=comment, sign=tex.DEFINE_SIGN, body="\n".join(filter(None, body)), **parts)
    return text.encode("utf-8", "replace")


def _runs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Each text with the slides it stands on: ``1,3-5``."""
    slides: dict[str, list[list[int]]] = {}
    for number, text in enumerate(texts, 1):
        spans = slides.setdefault(text, [])
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return [
        (text, ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)) for text, spans in slides.items()
    ]


def _begin(picture: Picture, ink: Ink, ground: bool) -> list[str]:
    whole = f"(0,0) rectangle ({picture.width:g},{picture.height:g});"
    return [
        *(rf"\definecolor{{{_colour(tone)}}}{{HTML}}{{{getattr(ink, tone)[1:].upper()}}}" for tone in TONES),
        rf"\begin{{tikzpicture}}[x={_UNIT:.5f}bp, y=-{_UNIT:.5f}bp, inner sep=0pt, outer sep=0pt,",
        rf"  line width={_UNIT:.3f}bp, strong/.style={{line width={ink.strong * _UNIT:.3f}bp}}]",
        rf"\useasboundingbox {whole}",
        rf"\fill[{_colour('ground')}] {whole}" if ground else "",
    ]


def _units(picture: Picture) -> list[str]:
    """A command for each shape and each text, the card left out; as many at each moment."""
    units: list[str] = []
    for group in groups(replace(picture, below=())):
        units += [_shape(shape) for shape in group.shapes]
        units += [_text(text) for text in group.texts]
    return units


def _shape(shape: Shape) -> str:
    if not (shape.fill or shape.edge):
        return ""
    options = [rf"fill={_colour(shape.fill)}"] if shape.fill else []
    options += [rf"draw={_colour(shape.edge)}"] if shape.edge else []
    options += ["strong"] if shape.strong else []
    options += [_VEIL] if shape.veil else []
    match shape.outline:
        case Rect(x, y, width, height, rounded):
            path = f"({x:g},{y:g}) rectangle ({x + width:g},{y + height:g})"
            options += [f"rounded corners={rounded * _UNIT:.2f}bp"] if rounded else []
        case Ellipse(x, y, rx, ry):
            path = f"({x:g},{y:g}) ellipse [x radius={rx:g}, y radius={ry:g}]"
        case Curve(points):
            path = _point(points[0])
            for at in range(1, len(points) - 2, 3):
                a, b, c = map(_point, points[at : at + 3])
                path += f" .. controls {a} and {b} .. {c}"
        case Polygon(points):
            path = " -- ".join([*map(_point, points), "cycle"])
        case Lines(ends):
            path = " ".join(f"{_point(a)} -- {_point(b)}" for a, b in ends)
    return rf"\path[{', '.join(options)}] {path};" if path else ""


def _point(point: tuple[float, float]) -> str:
    return f"({point[0]:g},{point[1]:g})"


def _text(text: Text) -> str:
    if not text.text:
        return ""
    if text.role in ("data", "grad") and text.text != text.role:
        said = tex.number(text.text, bold=text.bold)
    elif text.role in ("op", "badge"):
        said = tex.operation(text.text)
    elif text.role == "label":
        said = _bold(tex.label(text.text)) if text.bold else tex.label(text.text)
    else:
        said = tex.plain(text.text)
    if text.italic:
        said = rf"\textit{{{said}}}"
    size = max((s for s in _SIZES if s <= text.size * _UNIT + 0.5), default=_SIZES[0])
    place = f"at ({text.x:g},{text.y:.2f})"
    return rf"\node[{_ANCHORS[text.anchor]}, {_lettering(tone_of(text), size)}] {place} {{{said}}};"


def _lettering(tone: str, size: int) -> str:
    return rf"text={_colour(tone)}, font=\microgradsize{{{size}}}"


def _bold(said: str) -> str:
    return rf"{{\boldmath\textbf{{{said}}}}}"  # TikZ stumbles over \boldmath at the start of a node


def _card(picture: Picture, card: Sequence[Line]) -> Iterator[str]:
    """A node for each line of the step card, where the picture has it."""
    if not picture.below:
        return
    larger = enlarged(picture.width)
    y = min(text.y for text in picture.below) + (6 - LINE[card[0].size]) * larger
    for line in card:
        y += LINE[line.size] * larger
        said = "".join(_fragment(each, line) for each in line.fragments)
        size = {"head": 9, "big": 12, "note": 10}[line.size]
        place = f"at ({MARGIN:g},{y - 6 * larger:.2f})"
        scale = f", scale={larger * factor(line, picture.width):.3f}"
        yield rf"\node[anchor=base west, {_lettering('text', size)}{scale}] {place} {{{said}}};"


def _fragment(fragment: Fragment, line: Line) -> str:
    tone = _KINDS.get(fragment.kind, "muted" if line.size == "head" and not fragment.strong else "text")
    inner = fragment.text.strip()
    if fragment.kind == "symbol":
        said = tex.name(inner)
    elif fragment.kind in ("data", "grad"):
        said = (
            tex.name(inner) if inner[-5:] in (".data", ".grad") else tex.number(inner, bold=fragment.strong)
        )
    else:
        said = tex.plain(inner)
    if fragment.strong:
        said = _bold(said)
    before = "~" if fragment.text[:1].isspace() else ""
    after = "~" if fragment.text[-1:].isspace() else ""
    return rf"{before}{{\color{{{_colour(tone)}}}{said}}}{after}"


def _colour(tone: str) -> str:
    return "microgradgui" + tone.replace("_", "")
