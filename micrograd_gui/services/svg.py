"""Picture → SVG: text stays text, each node is a group with its name as title."""

from __future__ import annotations

from xml.etree import ElementTree

from micrograd_gui.services.inks import Ink
from micrograd_gui.services.lettering import FAMILY
from micrograd_gui.services.picture import Box, Oval, Picture, Text, Wire, oval_text

_FONTS = f"{FAMILY}, Verdana, sans-serif"


def svg(picture: Picture, ink: Ink, *, transparent: bool = False, title: str = "A graph") -> bytes:
    """The picture as an SVG document in UTF-8."""
    w, h = f"{picture.width:g}", f"{picture.height:g}"
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": w,
            "height": h,
            "viewBox": f"0 0 {w} {h}",
            "role": "img",
            "font-family": _FONTS,
        },
    )
    ElementTree.SubElement(root, "title").text = title
    if not transparent:
        ElementTree.SubElement(root, "rect", {"width": w, "height": h, "fill": ink.ground})
    for wire in picture.wires:
        _wire(root, wire, picture.lit(wire), ink)
    for oval in picture.ovals:
        _oval(root, oval, picture, ink)
    for box in picture.boxes:
        _box(root, box, picture, ink)
    for text in picture.below:
        _text(root, text, ink)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _wire(root: ElementTree.Element, wire: Wire, lit: bool, ink: Ink) -> None:
    colour, thick = (ink.accent, ink.strong) if lit else (ink.wire, 1.0)
    start, *rest = (f"{x:g},{y:g}" for x, y in wire.points)
    ElementTree.SubElement(
        root,
        "path",
        {"d": f"M{start} C{' '.join(rest)}", "fill": "none", "stroke": colour, "stroke-width": f"{thick:g}"},
    )
    if wire.head:
        head = " ".join(f"{x:g},{y:g}" for x, y in wire.head)
        ElementTree.SubElement(root, "polygon", {"points": head, "fill": colour, "stroke": colour})


def _oval(root: ElementTree.Element, oval: Oval, picture: Picture, ink: Ink) -> None:
    ElementTree.SubElement(
        root,
        "ellipse",
        {
            "cx": f"{oval.x:g}",
            "cy": f"{oval.y:g}",
            "rx": f"{oval.rx:g}",
            "ry": f"{oval.ry:g}",
            **_outline(oval.node == picture.through, ink),
        },
    )
    _text(root, oval_text(oval), ink)


def _box(root: ElementTree.Element, box: Box, picture: Picture, ink: Ink) -> None:
    group = ElementTree.SubElement(root, "g", {"id": f"node-{box.node}"})
    ElementTree.SubElement(group, "title").text = box.label or "a constant"
    names = ("x", "y", "width", "height")
    rect = {name: f"{number:g}" for name, number in zip(names, box.rect, strict=True)}
    outline = _outline(box.node == picture.acting, ink)
    ElementTree.SubElement(group, "rect", {**rect, **outline})
    lines = " ".join(f"M{x0:g},{y0:g} L{x1:g},{y1:g}" for (x0, y0), (x1, y1) in box.dividers)
    ElementTree.SubElement(group, "path", {"d": lines, "stroke": outline["stroke"], "fill": "none"})
    for text in picture.texts_of(box):
        _text(group, text, ink)


def _outline(acting: bool, ink: Ink) -> dict[str, str]:
    if acting:
        return {"fill": ink.accent_fill, "stroke": ink.accent, "stroke-width": f"{ink.strong:g}"}
    return {"fill": ink.box, "stroke": ink.line, "stroke-width": "1"}


def _text(parent: ElementTree.Element, text: Text, ink: Ink) -> None:
    attributes = {
        "x": f"{text.x:g}",
        "y": f"{text.y:.2f}",
        "font-size": f"{text.size:g}",
        "fill": text_colour(text, ink),
        "text-anchor": text.anchor,
    }
    if text.bold:
        attributes["font-weight"] = "bold"
    ElementTree.SubElement(parent, "text", attributes).text = text.text


def text_colour(text: Text, ink: Ink) -> str:
    """The colour a piece of text has."""
    if text.faint:
        return ink.muted
    return {"data": ink.data, "grad": ink.grad}.get(text.role, ink.text)
