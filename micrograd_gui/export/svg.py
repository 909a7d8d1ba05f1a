"""Figure → SVG: text stays text, each node is a group with its name as title, and the graph rides along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import structs

from micrograd_gui.document.block import block_of, is_block
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.palette import Palette, Weight
from micrograd_gui.figures.parts import Text
from micrograd_gui.figures.shapes import (
    VEIL,
    Curve,
    Ellipse,
    Lines,
    Polygon,
    Rect,
    Shape,
    Tone,
    each_group,
    tone_of,
)
from micrograd_gui.figures.text_metrics import wants_fonts
from micrograd_gui.files.embedded import KEY
from micrograd_gui.resource import FAMILY, asked

_DECLARED, _END = "<?xml version='1.0' encoding='utf-8'?>\n", "\n</svg>"
_ATTRIBUTE = re.compile('([a-z]+)="([^"]*)"')
_FONTS = f"{FAMILY}, Verdana, sans-serif"


def svg(
    figure: Figure,
    palette: Palette,
    *,
    transparent: bool = False,
    title: str = "A graph",
    graph: str = "",
    apart: bool = False,
) -> bytes:
    """The figure as an SVG document in UTF-8; ``graph`` is a text that it carries and nobody sees.

    With ``apart`` indices are texts of their own: Qt draws those within a text on its line.
    """
    w, h = f"{figure.width:g}", f"{figure.height:g}"
    unit = figure.unit
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": w if unit is None else length_of(figure.width * unit),
            "height": h if unit is None else length_of(figure.height * unit),
            "viewBox": f"0 0 {w} {h}",
            "role": "img",
            "font-family": font_families(),
        },
    )
    SubElement(root, "title").text = title
    if graph:
        SubElement(root, "metadata", {"id": KEY}).text = graph
    if not transparent:
        SubElement(root, "rect", {"width": w, "height": h, "fill": palette.ground})
    texts: dict[tuple[str, bool], None] = {}
    parts = [part.encode("utf-8", "xmlcharrefreplace") for part in _written(figure, palette, texts, apart)]
    bring_fonts(root, list(texts))
    indent(root)
    head = tostring(root, encoding="unicode").removesuffix(_END)
    return b"".join([f"{_DECLARED}{head}".encode("utf-8", "xmlcharrefreplace"), *parts, f"{_END}\n".encode()])


def _written(
    figure: Figure, palette: Palette, texts: dict[tuple[str, bool], None], apart: bool
) -> Iterator[str]:
    """All that is drawn, piece by piece; ``texts`` are those that are met, and whether they are bold."""
    named: set[str] = set()
    colour = cache(palette.colour)
    weight = cache(lambda weight: f"{palette.weight(weight):g}")
    for group in each_group(figure):
        if group.unseen:
            continue
        edge = "\n  "
        if group.node is not None:
            key = group.node
            name = f"block-{block_of(key)}" if is_block(key) else f"node-{key}"
            opened = "<g>" if name in named else f'<g id="{name}">'  # a frame may have parts
            named.add(name)
            yield f"{edge}{opened}{edge}  {tag('title', {}, escaped(group.name))}"
            edge += "  "
        for shape in group.shapes:
            if shape.fill or shape.edge:
                yield edge + _shape(shape, colour, weight)
        for text in group.texts:
            texts[text.text, text.bold] = None
            if text.text or text.role == "label":
                for each in _apart(text) if apart else (text,):
                    yield edge + _text(each, colour)
        if group.node is not None:
            yield "\n  </g>"


def tag(name: str, attributes: dict[str, str], inner: str = "") -> str:
    """An element as text. A tree of elements would take a gigabyte for a hundred thousand nodes."""
    said = "".join([f' {key}="{value}"' for key, value in attributes.items()])
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said} />"


def escaped(text: str) -> str:
    """The text as it stands between two tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def font_families() -> str:
    """In which fonts readers write what is drawn: the one that was asked for, then that of all figures."""
    chosen = asked()
    return _FONTS if chosen is None else f"'{chosen.name}', {_FONTS}"


def bring_fonts(root: Element, texts: Sequence[tuple[str, bool]]) -> None:
    """Embed in the picture what its texts, bold or not, need of fonts that its reader may lack."""
    if asked() is None and not any(wants_fonts(text) for text, _ in texts):
        return
    from micrograd_gui.web_fonts import embedded

    rules, names = embedded(texts)
    if rules:
        SubElement(root, "style").text = rules
        root.set("font-family", ", ".join((*names, root.attrib["font-family"])))


def length_of(points: float) -> str:
    """So many points, 72 to the inch, as every reader of SVG understands them."""
    return f"{points * 25.4 / 72:.4f}".rstrip("0").rstrip(".") + "mm"


def _shape(shape: Shape, colour: Callable[[Tone], str], weight: Callable[[Weight], str]) -> str:
    name, place = _outline(shape)
    more = "".join([f' {key}="{value}"' for key, value in _looks(shape).items()])
    fill = colour(shape.fill) if shape.fill else "none"
    stroke = f'" stroke="{colour(shape.edge)}" stroke-width="{weight(shape.weight)}' if shape.edge else ""
    return f'<{name} {place}{more} fill="{fill}{stroke}" />'


def outline(shape: Shape) -> tuple[str, dict[str, str]]:
    """The name of the SVG element and the attributes that say where it is, and whether it is a veil."""
    name, place = _outline(shape)
    return name, {**dict(_ATTRIBUTE.findall(place)), **_looks(shape)}


def _looks(shape: Shape) -> dict[str, str]:
    """The attributes that say whether it is a veil, and of what dashes."""
    looks = {"fill-opacity": f"{VEIL:g}"} if shape.veil else {}
    if shape.pattern:
        looks["stroke-dasharray"] = " ".join([f"{n:g}" for n in shape.pattern])
    return looks


@cache
def _pairs(count: int) -> str:
    """A place for each number of so many points: to fill all at one stroke takes half of the time."""
    return " ".join(["%g,%g"] * count)


def _outline(shape: Shape) -> tuple[str, str]:
    """The name of the SVG element, and as they are written the attributes that say where it is."""
    match shape.outline:
        case Curve(points):
            return "path", f'd="M%g,%g C{_pairs(len(points) - 1)}"' % (*chain.from_iterable(points),)
        case Rect(x, y, width, height, rounded):
            place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            return "rect", f'{place} rx="{rounded:g}"' if rounded else place
        case Ellipse(x, y, rx, ry):
            return "ellipse", f'cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}"'
        case Polygon(points):
            return "polygon", f'points="{_pairs(len(points))}"' % (*chain.from_iterable(points),)
        case Lines(ends):
            return "path", 'd="' + " ".join([f"M{a:g},{b:g} L{c:g},{d:g}" for (a, b), (c, d) in ends]) + '"'


def _text(text: Text, colour: Callable[[Tone], str]) -> str:
    leaning = 'font-style="italic" ' if text.italic else ""
    more = ' font-weight="bold"' if text.bold else ""
    if text.struck:
        more += ' text-decoration="line-through"'
    if "  " in text.text:  # else several spaces become one
        more += ' xml:space="preserve"'
    place = f'x="{text.x:g}" y="{text.y:.2f}" font-size="{text.size:.4g}" text-anchor="{text.anchor}"'
    said = f'<text {leaning}{place} fill="{colour(tone_of(text))}"{more}'
    inner = escaped(text.text) if "_" not in text.text else _pieces(text)
    return f"{said}>{inner}</text>" if inner else f"{said} />"


def _apart(text: Text) -> Iterator[Text]:
    """What is written and each index of it, as texts in their places."""
    for each in text.pieces:
        x, y = text.left + each.x, text.y + each.down
        yield structs.replace(text, x=x, y=y, anchor="start", text=each.text, size=each.size)


def _pieces(text: Text) -> str:
    """What stands within the element of a text, indices as parts of their own."""
    last, *others = text.pieces
    parts = [escaped(last.text)]
    for each in others:
        attributes = {"dy": f"{each.down - last.down:.4g}", "font-size": f"{each.size:.4g}"}
        parts.append(tag("tspan", attributes, escaped(each.text)))
        last = each
    return "".join(parts)


def write_in(element: Element, text: Text) -> None:
    """Write the text into its element, indices as parts of their own."""
    last, *others = text.pieces
    element.text = last.text
    for each in others:
        attributes = {"dy": f"{each.down - last.down:.4g}", "font-size": f"{each.size:.4g}"}
        SubElement(element, "tspan", attributes).text = each.text
        last = each


def text_attributes(text: Text) -> dict[str, str]:
    """The attributes that say where a text is, how large, and whether it leans."""
    leaning = {"font-style": "italic"} if text.italic else {}
    return leaning | {
        "x": f"{text.x:g}",
        "y": f"{text.y:.2f}",
        "font-size": f"{text.size:.4g}",
        "text-anchor": text.anchor,
    }
