"""Figure → TikZ: a file that can be compiled as it stands, or put into a paper or a deck by \\input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import one_line
from micrograd_gui.export import tex
from micrograd_gui.figures.captions import LINE, NARROWEST, TEXT, enlargement, line_width
from micrograd_gui.figures.figure import MARGIN, Figure
from micrograd_gui.figures.fitting.words import AIR
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.parts import SIZE, Text
from micrograd_gui.figures.shapes import (
    DASHES,
    PATH_TONES,
    TONES,
    VEIL,
    Curve,
    Ellipse,
    Lines,
    Polygon,
    Rect,
    Shape,
    Tone,
    groups,
    tone_of,
)
from micrograd_gui.figures.text_metrics import index_size, width
from micrograd_gui.resource import asked
from micrograd_gui.session.explain.formulas import Fragment, Line

_SHORT = 3  # characters: what is longer may be wider in TeX's fonts than the room for it
UNIT = 10 / SIZE  # points of TeX to a unit of a picture: text of the usual size becomes 10 pt
_SIZES = (5, 6, 7, 8, 9, 10, 12)  # those that TeX's own fonts have
_LONGEST = 16_000.0  # points: TeX knows no length above 16,383
_LARGE = 300_000  # characters of a file, for which pdflatex may have too little memory
_SLIDE = 440.0, 225.0  # points for the picture on a slide of 16:9 without a title
_LEAST = 80.0  # of these, points that the graph keeps above a tall card
_WIDER = r"\quad "  # several spaces
_END = r"\end{tikzpicture}"
_ANCHORS = {"start": "anchor=base west", "middle": "anchor=base", "end": "anchor=base east"}
_KINDS = {"data": "data", "grad": "grad", "operator": "text", "problem": "grad"}
# In a paper each end of a line would be a space beside the picture: hence the signs at the ends.
_FILE = r"""% {title}, drawn by micrograd-gui.
% Compile it as it stands, or \input it into {what} of your own that has \usepackage{{tikz}}.
{hints}\ifdefined\tikzpicture \def\micrograddone{{\micrograd}}\else
{preamble}
\begin{{document}}
\def\micrograddone{{{around}\end{{document}}}}
\fi
\providecommand\microgradsize[1]{{\fontsize{{#1}}{{#1}}\selectfont}}%
\providecommand\microgradfit[2]{{{{\sbox0{{#2}}\ifdim\wd0>#1\resizebox{{#1}}{{!}}{{\usebox0}}\else\usebox0\fi}}}}%
{sign}
\def\micrograd{{{{{lettering}%
{body}%
}}}}%
\micrograddone
"""
_PAPER = r"""\documentclass{{article}}
\usepackage[papersize={{{width:.2f}bp,{height:.2f}bp}},margin=0bp]{{geometry}}
\usepackage{{tikz}}
\pagestyle{{empty}}\parindent0pt\topskip0pt"""
_DECK = r"""\documentclass[aspectratio=169]{beamer}
\usepackage{tikz}
\setbeamertemplate{navigation symbols}{}
\setbeamersize{text margin left=6bp,text margin right=6bp}"""
_SIGNS_HINT = r"""% Labels have signs of other scripts: lualatex and xelatex find them, where a text that has
% it put in says \usepackage{fontspec}; pdflatex shows boxes.
"""
_FONT_HINT = r"""% Its text is set in {font} by lualatex and xelatex, where a text that it is put into has
% \usepackage{{fontspec}}; pdflatex takes the text's own font.
"""
_FONT_OF_THE_TEXT = r"\ifdefined\microgradfont\microgradfont\fi"
_OWN_FONT = r"\ifdefined\microgradown\microgradown\fi"
_LARGE_HINT = """% It is large: where pdflatex runs out of memory, take lualatex.
"""
_FRAME = r"\begin{frame}\centering\resizebox{%s}{\micrograd}\end{frame}"


def paper(
    figure: Figure, palette: Palette, *, title: str, card: Sequence[Line] = (), ground: bool = False
) -> bytes:
    """One moment; compiled as it stands, the page is as large as the figure."""
    unit, more = unit_of(figure), 0.5 if figure.unit is None else 0.0
    size = _PAPER.format(width=figure.width * unit + more, height=figure.height * unit + 0.5)
    larger = enlargement(figure.width) if figure.unit is None else 1.0
    body = [*_begin(figure, palette, ground), *_units(figure)]
    if figure.below:
        top = min(text.y for text in figure.below) + (6 - LINE[card[0].size]) * larger
        body += _card(card, top, larger, figure.width, figure.unit, figure.least)
    return _compilable([*body, _END], title=title, what="a paper", preamble=size, around=r"\micrograd")


def deck(
    figures: Sequence[Figure],
    cards: Sequence[Sequence[Line]],
    palette: Palette,
    *,
    title: str,
    ground: bool = False,
) -> bytes:
    r"""All moments in one figure: what stays stands there once, the rest in \only<n>, for Beamer.

    The figures have no card below: it is made as large as the text of a slide, however small the graph gets.
    """
    tall = max(sum(LINE[line.size] for line in card) for card in cards)
    sized = figures[0].unit
    wide, high = max(figures[0].width, NARROWEST if tall and sized is None else 0.0), figures[0].height
    shrunk = _SLIDE[0] / (wide * UNIT)
    if high:
        shrunk = min(shrunk, max(_SLIDE[1] - tall * UNIT, _LEAST) / (high * UNIT))
    larger = max(1.0, 1 / shrunk) if high and sized is None else 1.0
    air = 0.0 if not tall else 2 * MARGIN if sized is None else AIR
    whole = replace(figures[0], width=wide, height=high + tall * larger + air)
    body = _begin(whole, palette, ground)
    for texts in zip(*map(_units, figures), strict=True):
        runs = _runs(texts)
        body += [text if len(runs) == 1 else rf"\only<{spec}>{{{text}}}" for text, spec in runs if text]
    for number, card in enumerate(cards, 1):
        lines = _card(card, high + air / 2, larger, wide, sized, figures[0].least)
        body += [rf"\only<{number}>{{{line}}}" for line in lines]
    flat = whole.width / whole.height > _SLIDE[0] / _SLIDE[1]  # as wide as the slide, else as high
    around = _FRAME % (r"\textwidth}{!" if flat else rf"!}}{{{_SLIDE[1]:g}bp")
    if sized is not None:
        around = r"\begin{frame}[plain]\vbox to0pt{\vss\hbox to\linewidth{\hss\micrograd\hss}\vss}\end{frame}"
    what = "a frame of a Beamer deck"
    return _compilable([*body, _END], title=title, what=what, preamble=_DECK, around=around)


def picture(figure: Figure, palette: Palette) -> str:
    """The figure as a tikzpicture alone, with its colours before it."""
    return "\n".join(filter(None, [*_begin(figure, palette, ground=False), *_units(figure), _END]))


def equation(line: Line) -> str:
    """A line of the step card, to stand in text that knows the `colours`."""
    return "".join(_fragment(each, line) for each in line.fragments)


def _compilable(body: Iterable[str], *, title: str, **parts: str) -> bytes:
    comment = one_line(title)  # it must stay on its line
    whole = "\n".join(filter(None, body))
    hints = _LARGE_HINT if len(whole) > _LARGE else ""
    chosen, others = asked(), tex.wants_fonts(whole)
    if chosen is not None:
        hints += _FONT_HINT.format(font=chosen.name)
    if others:
        hints += _SIGNS_HINT
    defined = tex.DEFINE_SIGN
    if others or chosen is not None:
        parts["preamble"] += "\n" + tex.fonts()
        defined += "\n" + tex.faces(whole)
    if tex.has_indices(whole):
        defined += "\n" + tex.DEFINE_INDEX
    parts |= {"sign": defined, "lettering": _OWN_FONT if chosen else _FONT_OF_THE_TEXT}
    text = _FILE.format(title=comment, hints=hints, body=whole, **parts)
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


def colours(palette: Palette, tones: Iterable[Tone] = TONES) -> Iterator[str]:
    """The colours that pictures and equations name, a line each."""
    for tone in tones:
        yield rf"\definecolor{{{_colour(tone)}}}{{HTML}}{{{palette.colour(tone)[1:].upper()}}}%"


def unit_of(figure: Figure) -> float:
    """How many points its unit is."""
    return UNIT if figure.unit is None else figure.unit


def _begin(figure: Figure, palette: Palette, ground: bool) -> list[str]:
    unit = unit_of(figure)
    longest = max(figure.width, figure.height) * unit
    if longest > _LONGEST:
        raise Refusal(
            tr(
                "The picture is {points:.0f} points long, and TeX knows no length above {most:.0f}: "
                "take fewer nodes, or an .svg, which has no such limit.",
                points=longest,
                most=_LONGEST,
            )
        )
    whole = f"(0,0) rectangle ({figure.width:g},{figure.height:g});"
    return [
        *colours(palette),
        *colours(palette, PATH_TONES if figure.paths else ()),
        rf"\begin{{tikzpicture}}[x={unit:.5f}bp, y=-{unit:.5f}bp, inner sep=0pt, outer sep=0pt,",
        rf"  line width={unit:.3f}bp, strong/.style={{line width={palette.strong * unit:.3f}bp}},",
        rf"  bundle/.style={{line width={palette.weight('bundle') * unit:.3f}bp}}]",
        rf"\useasboundingbox {whole}",
        rf"\fill[{_colour('ground')}] {whole}" if ground else "",
    ]


def _units(figure: Figure) -> list[str]:
    """A command for each shape and each text, the card left out; as many at each moment."""
    units: list[str] = []
    unit, exact, least = unit_of(figure), figure.unit is not None, figure.least
    for group in groups(replace(figure, below=())):
        units += [_shape(shape, unit) for shape in group.shapes]
        units += [_text(text, unit, exact=exact, least=least) for text in group.texts]
    return units


def _shape(shape: Shape, unit: float) -> str:
    if not (shape.fill or shape.edge):
        return ""
    options = [rf"fill={_colour(shape.fill)}"] if shape.fill else []
    options += [rf"draw={_colour(shape.edge)}"] if shape.edge else []
    options += [shape.weight] if shape.weight != "thin" else []
    options += [f"fill opacity={VEIL:g}", _dashed(DASHES, unit)] if shape.veil else []
    options += [_dashed(shape.dashes, unit)] if shape.dashes else []
    match shape.outline:
        case Rect(x, y, width, height, rounded):
            path = f"({x:g},{y:g}) rectangle ({x + width:g},{y + height:g})"
            options += [f"rounded corners={rounded * unit:.2f}bp"] if rounded else []
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


def _dashed(pattern: Sequence[float], unit: float) -> str:
    signs = zip(cycle(("on", "off")), pattern, strict=False)
    return "dash pattern=" + " ".join(f"{sign} {length * unit:.2f}bp" for sign, length in signs)


def _point(point: tuple[float, float]) -> str:
    return f"({point[0]:g},{point[1]:g})"


def _text(text: Text, unit: float, *, exact: bool, least: float) -> str:
    if not text.text:
        return ""
    if text.role in ("data", "grad") and not text.text.strip("_"):  # a line to write on: no label
        said = rf"\rule[-1pt]{{{width(text.text, text.size) * unit:.1f}bp}}{{0.4pt}}"
    elif text.role in ("data", "grad") and text.text != text.role:
        said = tex.number(text.text, bold=text.bold)
    elif text.role in ("op", "badge"):
        said = _bold(tex.operation(text.text)) if text.bold else tex.operation(text.text)
    elif text.role == "label":
        said = _bold(tex.label(text.text)) if text.bold else tex.label(text.text)
    else:
        said = tex.plain(text.text)
    if text.italic:
        said = rf"\textit{{{said}}}"
    y = text.y
    if exact:
        part = index_size(text.size, least) / text.size
        said = tex.with_indices(said, part)
        if text.role == "label" and text.anchor == "middle" and tex.has_indices(said):
            y -= text.size * tex.depth(part)  # else it would stand on the line below a name
    if len(text.text) > _SHORT and text.role not in ("data", "grad"):
        room = text.width * unit
        said = rf"\microgradfit{{{room:.1f}bp}}{{{said}}}"
    size = _exact_size(text.size * unit) if exact else _font_size(text.size * unit)
    place = f"at ({text.x:g},{y:.2f})"
    node = rf"\node[{_ANCHORS[text.anchor]}, {_lettering(tone_of(text), size)}] {place} {{{said}}};"
    if text.strike is None:
        return node
    a, b = text.strike
    return rf"{node} \draw[{_colour(tone_of(text))}] {_point(a)} -- {_point(b)};"


def _font_size(points: float) -> str:
    """The font for text about so large."""
    return _font(max((s for s in _SIZES if s <= points + 0.5), default=_SIZES[0]))


def _exact_size(points: float) -> str:
    """The font for text exactly so large: TeX's own have few sizes, so the nearest is scaled."""
    size = min(_SIZES, key=lambda size: abs(size - points))
    scale = points / size
    return _font(size) if abs(scale - 1) < 0.002 else f"{_font(size)}, scale={scale:.4f}"


def _font(size: int) -> str:
    return rf"font=\microgradsize{{{size}}}"


def _lettering(tone: str, font: str) -> str:
    return f"text={_colour(tone)}, {font}"


def _bold(said: str) -> str:
    return rf"{{\boldmath\textbf{{{said}}}}}"  # TikZ stumbles over \boldmath at the start of a node


def _card(
    card: Sequence[Line], top: float, larger: float, wide: float, unit: float | None, least: float
) -> Iterator[str]:
    """A node for each line of the step card, from there on downwards."""
    y = top
    for line in card:
        y += LINE[line.size] * larger
        said = "".join(_fragment(each, line) for each in line.fragments)
        place = f"at ({MARGIN if unit is None else 2:g},{y - 6 * larger:.2f})"
        if unit is not None:
            size = max(TEXT[line.size], least)
            font = _exact_size(size * unit)
            said = tex.with_indices(said, index_size(size, least) / size)
        else:
            long = line_width(line, TEXT[line.size]) * larger
            scale = larger * min(1.0, (wide - 2 * MARGIN) / long) if long else larger
            font = f"{_font({'head': 9, 'big': 12, 'note': 10}[line.size])}, scale={scale:.3f}"
        yield rf"\node[anchor=base west, {_lettering('text', font)}] {place} {{{said}}};"


def _fragment(fragment: Fragment, line: Line) -> str:
    faint = line.size == "head" and not fragment.strong
    tone = "muted" if faint else _KINDS.get(fragment.kind, "text")
    found = re.fullmatch(r"(\s*)(.*?)(\s*)", fragment.text, re.DOTALL)
    assert found is not None
    before, inner, after = found.groups()
    if fragment.kind == "symbol":
        said = tex.name(inner)
    elif fragment.kind in ("data", "grad"):
        said = (
            tex.name(inner) if inner[-5:] in (".data", ".grad") else tex.number(inner, bold=fragment.strong)
        )
    else:
        said = _WIDER.join(map(tex.plain, re.split(r"\s{2,}", inner)))
    if fragment.strong:
        said = _bold(said)
    return rf"{_space(before)}{{\color{{{_colour(tone)}}}{said}}}{_space(after)}"


def _space(spaces: str) -> str:
    return _WIDER if len(spaces) > 1 else "~" * len(spaces)


def _colour(tone: str) -> str:
    return "microgradgui" + tone.replace("_", "")
