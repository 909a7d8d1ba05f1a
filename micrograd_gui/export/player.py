"""Film → HTML player: one file with all moments, which no network, no install and no mouse is needed for."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any
from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import SubElement, tostring

from micrograd.language import tr, trc
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import in_html
from micrograd_gui.export.player_ledger import ledgers
from micrograd_gui.export.svg import font_families, length_of, outline, text_attributes, write_in
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.moments import Film, Moment
from micrograd_gui.figures.motion import between
from micrograd_gui.figures.palette import PALETTES, Palette
from micrograd_gui.figures.parts import ChipText, Enclosure, Panel, Text
from micrograd_gui.figures.shapes import (
    PATH_TONES,
    TONES,
    Element,
    Shape,
    Tone,
    elements,
    groups,
    shapes_of,
    texts_of,
    tone_of,
)
from micrograd_gui.files.embedded import KEY, pack
from micrograd_gui.resource import resource
from micrograd_gui.session.explain.formulas import Fragment, Line

_WORDS = re.compile(r"\[\[(.+?)\]\]")  # what the page says, in the file that it is made of
_COLOURED = ("data", "grad", "problem")  # kinds of fragments that the style knows


def player(film: Film, start: int = 0) -> bytes:
    """The page, which opens at moment ``start``.

    Its policy lets run the one script and the one style that are in it, and loads nothing.
    """
    tones = TONES if film.options.paths is None else (*TONES, *PATH_TONES)
    style = _style(film.options.theme, tones) + resource("player", "player.css").read_text("utf-8")
    script = resource("player", "player.js").read_text("utf-8")
    changes, motion = [], []  # as text at once, which takes a tenth of the memory
    for each, moment in zip(differences(film), film.moments, strict=True):
        changes.append(_as_json(each))
        motion.append(_as_json(_travelling(film, moment)))
    head = film.grads.get(film.graph.target or 0, "grad")
    head = head if head == "grad" else f"{head.rpartition('/')[0]}/∂·"
    parts = {
        "lang": trc("the code of this language, for a page", "en"),
        "policy": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
        "title": escape(film.title),
        "style": style,
        "heading": in_html(film.title),
        "picture": _svg(film.figure_at(film.moments[0]), film),
        "start": str(start),
        "last": str(len(film.moments) - 1),
        "grad": f'<th scope="col">{in_html(head)}</th>' if film.options.gradients else "",
        "rows": "\n".join(_rows(film)),
        "ledgers": ledgers(film),
        "cards": "\n".join(_card(moment.card) for moment in film.moments),
        "film": f"[{','.join(changes)}]",
        "motion": f"[{','.join(motion)}]",
        "script": script,
    }
    page = _WORDS.sub(
        lambda found: escape(tr(found[1])), resource("player", "player.html").read_text("utf-8")
    )
    pieces = re.split("<!--([a-z]+)-->", page)  # what is put in is not looked through
    assert sorted(pieces[1::2]) == sorted(parts)
    pieces[1::2] = [parts[name] for name in pieces[1::2]]
    return b"".join(piece.encode("utf-8", "replace") for piece in pieces)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _as_json(value: Any) -> str:
    """JSON that no reader of HTML can take for a tag."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# Colours: each tone is a variable; as a class of an element it is its inside (f-) or its edge (s-) ----------


def _style(theme: str | None, tones: Sequence[Tone]) -> str:
    if theme is not None:
        palette = PALETTES[theme]
        root = f":root{{color-scheme:{'dark' if palette.dark else 'light'};{_variables(palette, tones)}}}\n"
    else:
        dark = f":root{{color-scheme:dark;{_variables(PALETTES['dark'], tones)}}}"
        root = f":root{{color-scheme:light;{_variables(PALETTES['light'], tones)}}}\n"
        root += f"@media (prefers-color-scheme: dark){{{dark}}}\n"
        root += f"@media print{{:root{{color-scheme:light;{_variables(PALETTES['light'], tones)}}}}}\n"
    return root + "".join(f".f-{t}{{fill:var(--{t})}}.s-{t}{{stroke:var(--{t})}}\n" for t in tones)


def _variables(palette: Palette, tones: Sequence[Tone]) -> str:
    colours = "".join(f"--{tone}:{palette.colour(tone)};" for tone in tones)
    return f"{colours}--strong:{palette.strong:g};--bundle:{palette.weight('bundle'):g}"


# The picture of the first moment -----------------------------------------------------------------


def _svg(figure: Figure, film: Film) -> str:
    """The elements in the order in which the differences number them."""
    root = XmlElement(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {figure.width:g} {figure.height:g}",
            "width": f"{figure.width:g}" if figure.unit is None else length_of(figure.width * figure.unit),
            "role": "img",
            "aria-labelledby": "title",
            "aria-describedby": "card",
            "font-family": font_families(),
            "id": "picture",
        },
    )
    SubElement(root, "metadata", {"id": KEY}).text = pack(film.kept or film.graph)
    for group in groups(figure):
        parent = SubElement(root, "g", {} if group.node is None else {"data-node": str(group.node)})
        for shape in group.shapes:
            name, attributes = outline(shape)
            SubElement(parent, name, {**attributes, "class": shape_looks(shape)})
        for text in group.texts:
            write_in(SubElement(parent, "text", {**text_attributes(text), "class": text_looks(text)}), text)
    return str(tostring(root, encoding="unicode"))


_SEEN = 12  # so often in a step is told where what travels is


def _travelling(film: Film, moment: Moment) -> list[list[list[object]]]:
    """What is seen on its way to that moment, one picture after the other: text, role, x, y."""
    shown = film.options.gradients
    pictures = between(film.visible_graph, film.figure_at(moment), moment.step, _SEEN, gradients=shown)
    return [
        [[each.text, each.role, *(round(place, 1) for place in each.middle)] for each in seen]
        for seen in pictures
    ]


# In words ----------------------------------------------------------------------------------------


def _card(card: Sequence[Line]) -> str:
    lines = []
    for line in card:
        parts = "".join(_fragment(each) for each in line.fragments)
        lines.append(f'<p class="{line.size}">{parts}</p>')
    return f"<li>{''.join(lines)}</li>"


def _fragment(fragment: Fragment) -> str:
    """What a fragment says, in an element of its own where it looks otherwise than the text around it."""
    looks = [fragment.kind] * (fragment.kind in _COLOURED) + ["bold"] * fragment.strong
    text = in_html(fragment.text)
    return f'<span class="{" ".join(looks)}">{text}</span>' if looks else text


def _rows(film: Film) -> Iterator[str]:
    """A row of the table for each node that is shown; the script copies the figure's numbers into it."""
    at: dict[NodeId, dict[str, int]] = {}
    count = 0
    names: dict[NodeId, str] = {}
    for group in groups(film.blank):
        count += len(group.shapes)
        for text in group.texts:
            if group.node is not None and text.role in ("data", "grad"):
                at.setdefault(group.node, {})[text.role] = count  # the number comes after its field's name
                names[group.node] = group.name
            count += 1
    for node, numbers in at.items():
        cells = "".join(f'<td data-of="{number}"></td>' for number in numbers.values())
        yield f'<tr><th scope="row">{in_html(names[node])}</th>{cells}</tr>'


# The number of an element, its class, and of a text what it says, and where, where not as at first.
Difference = list[object]
_PLACED = ("x", "y", "font-size")


def shape_looks(shape: Shape) -> str:
    """The classes of a shape's element."""
    names = ["x", f"f-{shape.fill}" if shape.fill else "none", f"s-{shape.edge}" if shape.edge else "no-edge"]
    return " ".join(names if shape.weight == "thin" else [*names, shape.weight])


def text_looks(text: Text) -> str:
    """The classes of a text's element."""
    return f"x f-{tone_of(text)}{' bold' if text.bold else ''}{' struck' if text.struck else ''}"


def _place(text: Text) -> list[str]:
    """Where it stands, and its size."""
    attributes = text_attributes(text)
    return [attributes[name] for name in _PLACED]


def written_in_parts(text: Text) -> str | list[object]:
    """What a text says; where it has indices, what stands first, and how each further part stands."""
    last, *others = text.pieces
    if not others:
        return last.text
    found: list[object] = [last.text]
    for each in others:
        found.append([each.text, round(each.down - last.down, 2), round(each.size, 2)])
        last = each
    return found


def differences(film: Film) -> Iterator[list[Difference]]:
    """For each moment the elements that differ from the moment before; for the first one all of them.

    Elements have numbers in the order in which the whole figure has them. A moment asks anew only for
    those nodes whose numbers it changed, or which it or the moment before made stand out.
    """
    before: Figure | None = None
    looks: dict[int, Difference] = {}
    for moment in film.watched():
        now = film.figure_at(moment)
        if before is None:
            places = _Elements(now)
            nodes: Iterable[NodeId] = places.nodes
        else:
            nodes = _touched(before, now) & places.nodes
        found = [(at, look) for at, look in places.looks(now, nodes) if looks.get(at) != look]
        looks.update(found)
        yield [[at, *look] for at, look in sorted(found, key=lambda each: each[0])]
        before = now


def _touched(before: Figure, now: Figure) -> set[NodeId]:
    """The nodes that may look otherwise, with those that stand for them."""
    if now.bars or bool(before.frame.data) != bool(now.frame.data):  # a bar depends on the other numbers
        return set(now.frame.data) | {box.node for box in now.boxes}
    found = {node for figure in (before, now) for node, _ in figure.fresh}
    found |= {each for each in (before.acting, before.through, now.acting, now.through) if each is not None}
    found |= _changed(before.frame.data, now.frame.data) | _changed(before.frame.grad, now.frame.grad)
    found |= {node for node, _ in before.frame.stale ^ now.frame.stale}
    found |= {each.node for was, each in zip(before.chips, now.chips, strict=True) if was != each}
    return found | {now.stands_for[node] for node in found if node in now.stands_for}


def _changed(before: Mapping[NodeId, float], now: Mapping[NodeId, float]) -> set[NodeId]:
    return set() if before is now else {node for node, _ in before.items() ^ now.items()}


class _Elements:
    """Where in the whole figure the elements of each part are, by the node that the part belongs to."""

    def __init__(self, figure: Figure) -> None:
        self._parts: defaultdict[NodeId | None, list[tuple[Element, int]]] = defaultdict(list)
        self._places: list[list[str]] = []  # of each element at first; of shapes none
        count = 0
        for part in elements(figure):
            node = None if isinstance(part, Enclosure | Panel | Text) else part.node
            self._parts[node].append((part, count))
            texts = texts_of(part, figure)
            count += len(shapes_of(part, figure)) + len(texts)
            self._places += [[]] * (count - len(texts) - len(self._places))
            self._places += [_place(text) for text in texts]
        self.nodes = {node for node in self._parts if node is not None}

    def looks(self, figure: Figure, nodes: Iterable[NodeId]) -> Iterator[tuple[int, Difference]]:
        """The elements of these nodes, and of what belongs to none, as they look in that figure."""
        chips = {(chip.node, chip.port, chip.nth): chip for chip in figure.chips}  # each moment has its own
        for node in (None, *nodes):
            for part, start in self._parts[node]:
                now = chips[part.node, part.port, part.nth] if isinstance(part, ChipText) else part
                shapes: list[Difference] = [[shape_looks(shape)] for shape in shapes_of(now, figure)]
                yield from enumerate(shapes, start)
                for at, text in enumerate(texts_of(now, figure), start + len(shapes)):
                    place = _place(text)
                    moved = [] if place == self._places[at] else [place]
                    yield at, [text_looks(text), written_in_parts(text), *moved]
