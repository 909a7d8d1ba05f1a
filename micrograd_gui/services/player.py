"""Film → HTML player: one file with all moments, which no network, no install and no mouse is needed for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from micrograd_gui.document.graph import NodeId
from micrograd_gui.resource import resource
from micrograd_gui.services.differences import differences, shape_looks, text_looks
from micrograd_gui.services.embedded import METADATA, packed
from micrograd_gui.services.film import Film
from micrograd_gui.services.inks import INKS, Ink
from micrograd_gui.services.picture import Picture
from micrograd_gui.services.shapes import TONES, groups
from micrograd_gui.services.svg import FONTS, outline, placed
from micrograd_gui.session.explain.formulas import Fragment, Line

_COLOURED = ("data", "grad", "problem")  # kinds of fragments that the style knows


def player(film: Film) -> bytes:
    """The page. Its policy lets run the one script and the one style that are in it, and loads nothing."""
    style = _style(film.options.theme) + resource("player", "player.css").read_text("utf-8")
    script = resource("player", "player.js").read_text("utf-8")
    parts = {
        "policy": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
        "title": escape(film.title),
        "style": style,
        "heading": escape(film.title),
        "picture": _svg(film.shown(film.moments[0]), film),
        "last": str(len(film.moments) - 1),
        "grad": '<th scope="col">grad</th>' if film.options.gradients else "",
        "rows": "\n".join(_rows(film)),
        "cards": "\n".join(_card(moment.card) for moment in film.moments),
        "film": _as_json(list(differences(film))),
        "script": script,
    }
    page = resource("player", "player.html").read_text("utf-8")
    for name, text in parts.items():
        before, mark, after = page.partition(f"<!--{name}-->")
        assert mark, name
        page = before + text + after  # what is put in comes before the place where the next is looked for
    return page.encode("utf-8", "replace")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _as_json(value: Any) -> str:
    """JSON that no reader of HTML can take for a tag."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# Colours: each tone is a variable; as a class of an element it is its inside (f-) or its edge (s-) ----------


def _style(theme: str | None) -> str:
    if theme is not None:
        root = f":root{{color-scheme:{'dark' if theme == 'dark' else 'light'};{_variables(INKS[theme])}}}\n"
    else:
        dark = f":root{{color-scheme:dark;{_variables(INKS['dark'])}}}"
        root = f":root{{color-scheme:light;{_variables(INKS['light'])}}}\n"
        root += f"@media (prefers-color-scheme: dark){{{dark}}}\n"
        root += f"@media print{{:root{{color-scheme:light;{_variables(INKS['light'])}}}}}\n"
    return root + "".join(f".f-{t}{{fill:var(--{t})}}.s-{t}{{stroke:var(--{t})}}\n" for t in TONES)


def _variables(ink: Ink) -> str:
    tones = "".join(f"--{tone}:{getattr(ink, tone)};" for tone in TONES)
    return f"{tones}--strong:{ink.strong:g};--bundle:{ink.weight('bundle'):g}"


# The picture of the first moment -----------------------------------------------------------------


def _svg(picture: Picture, film: Film) -> str:
    """The elements in the order in which the differences number them."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {picture.width:g} {picture.height:g}",
            "width": f"{picture.width:g}",
            "role": "img",
            "aria-labelledby": "title",
            "aria-describedby": "card",
            "font-family": FONTS,
            "id": "picture",
        },
    )
    SubElement(root, "metadata", {"id": METADATA}).text = packed(film.graph)
    for group in groups(picture):
        parent = SubElement(root, "g")
        for shape in group.shapes:
            name, attributes = outline(shape)
            SubElement(parent, name, {**attributes, "class": shape_looks(shape)})
        for text in group.texts:
            SubElement(parent, "text", {**placed(text), "class": text_looks(text)}).text = text.text
    return str(tostring(root, encoding="unicode"))


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
    text = escape(fragment.text)
    return f'<span class="{" ".join(looks)}">{text}</span>' if looks else text


def _rows(film: Film) -> Iterator[str]:
    """A row of the table for each node that is shown; the script copies the picture's numbers into it."""
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
        yield f'<tr><th scope="row">{escape(names[node])}</th>{cells}</tr>'
