"""In a cell: the player of a graph as what a notebook's cell gives, without network and without widgets."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Any

from micrograd.language import N_, trn
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.document.graph import Graph

if TYPE_CHECKING:
    from micrograd_gui.figures.moments import Moment

MOST = 300  # boxes; a larger graph is shown as it was before: as text, or as a picture
_NOTHING = "html,body{background:none!important;color-scheme:normal!important}body>*{display:none!important}"
_PAGE = 900.0  # as wide as a cell is, more or less
_CONTROLS = 600  # pixels, for card, keys and ledger below the picture, where the keys take two lines


@dataclass(frozen=True)
class InCell:
    """A graph that a notebook shows as a player: every moment of its run, and the ledger of each node.

    ``graph`` is what it plays, ``note`` a sentence below it, where there is one.
    """

    graph: Graph
    html: str
    note: str = ""

    def __repr__(self) -> str:
        return f"a player of {len(self.graph)} nodes, to be seen in a notebook's cell"  # as in code

    def _repr_html_(self) -> str:
        return self.html


@Net("show", N_("The graph"))
def in_cell(graph: Graph, *, finished: bool = True, note: str = "") -> InCell:
    """The player of the graph's whole run, opened at its end; after forward where it is not ``finished``.

    It is a page in a frame that may run its own script and nothing else. Where scripts are off, or frames are
    taken out, the picture that stands behind it is seen. Raises Refusal where there is nothing to show, or
    too much.
    """
    from micrograd_gui.export.formats import picture_bytes
    from micrograd_gui.export.player import player
    from micrograd_gui.figures.moments import Options, film_of

    film = film_of(graph, "all", Options(style="canvas"))  # its cards are the narrower ones
    if len(film.stand_ins.graph) > MOST:
        raise Refusal(
            trn(
                "{n:,} node is too many for a cell: show(value) opens the window.",
                "{n:,} nodes are too many for a cell: show(value) opens the window.",
                len(film.stand_ins.graph),
            )
        )
    start = len(film.moments) - 1 if finished else _after_forward(film.moments)
    page = _gone_without_scripts(player(film, start).decode())
    still = picture_bytes(
        film_of(graph, str(film.moments[start].cursor or 0), Options(style="canvas", card=False)), ".svg"
    )
    picture = f"data:image/svg+xml;base64,{base64.b64encode(still).decode()}"
    figure = film.storyboard.layout
    tall = round(min(1.0, _PAGE / figure.width) * figure.height) + _CONTROLS
    words = escape(
        trn(
            "{title}, after {n} step",
            "{title}, after {n} steps",
            film.moments[start].cursor or 0,
            title=film.title,
        )
    )
    over = "position:absolute;inset:0;width:100%;height:100%;border:0"
    html = (
        f'<div style="position:relative;min-height:{tall}px"><img alt="{words}" style="max-width:100%" '
        f'src="{picture}"><iframe title="{escape(film.title, quote=True)}" sandbox="allow-scripts" '
        f'style="{over}" srcdoc="{escape(page, quote=True)}"></iframe></div>'
    )
    if note:
        html += f"<p>{escape(note)}</p>"
    return InCell(graph, html, note)


def _gone_without_scripts(page: str) -> str:
    """The page, of which nothing is seen where scripts are off: then the picture behind it is."""
    digest = base64.b64encode(sha256(_NOTHING.encode()).digest()).decode()
    page = page.replace("style-src ", f"style-src 'sha256-{digest}' ", 1)  # the page allows no other style
    return page.replace("</head>", f"<noscript><style>{_NOTHING}</style></noscript></head>", 1)


@Net("show", N_("The value"))
def of_live(value: Any, names: Mapping[str, Any]) -> InCell:
    """The player of the graph behind a live value; it says where the value's own numbers are others.

    ``names`` are the caller's variables. Raises Refusal where there is no graph, or too large a one.
    """
    from micrograd_gui.app.notebooks.live import present
    from micrograd_gui.document.live.capture import capture
    from micrograd_gui.session.session import Session

    found = capture(value, names)
    session = Session()
    session.open_graph(found.graph)
    note = present(session, found)
    return in_cell(found.graph, finished=any(found.grad.values()), note=note)


def bundle(thing: Any) -> dict[str, str]:
    """What a notebook's cell shows of a Value or a Graph; nothing where that cannot be played."""
    from micrograd_gui.app.notebooks.cells import of_cells

    try:
        shown = in_cell(thing) if isinstance(thing, Graph) else of_live(thing, of_cells())
    except Refusal:
        return {}
    return {"text/html": shown.html}


def _after_forward(moments: Sequence[Moment]) -> int:
    """The last moment before the first one of the backward pass."""
    for at, moment in enumerate(moments):
        if moment.step is not None and moment.step.kind in ("seed", "backward"):
            return max(0, at - 1)
    return len(moments) - 1
