"""In the canvas's style no wire passes behind the card of another node: there it would seem to end."""

from __future__ import annotations

from typing import Any

import pytest

from micrograd_gui.door import parse
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.fitting.detours import Detours
from micrograd_gui.figures.fitting.sizing import Sizing, length_from
from micrograd_gui.figures.geometry import Bezier
from micrograd_gui.figures.moments import Options, film_of

SKIPPING = [
    "L = e + a; e = a*b",
    "n0 = b + c; n1 = tanh(b); n2 = n0*c",
    "n0 = tanh(b); n1 = b + n0; n2 = n1*n0; n3 = n0 + n1",
    "n0 = tanh(b); n1 = b + n0; n2 = n1*n0; n3 = n0 + n1; n4 = n3*n3*b",
    "n0 = a*a; n1 = tanh(n0); n2 = n1 + a; n3 = tanh(n1); n4 = n0*n2; n5 = n4 + n0",
    "n0 = tanh(a); n1 = a*a; n2 = tanh(n0); n3 = n0 + n2; n4 = tanh(n0); n5 = tanh(n2); n6 = n1*a",
]


def pieces(points: Any) -> list[Bezier]:
    parts = (points[at : at + 4] for at in range(0, len(points) - 1, 3))
    return [Bezier(*(each for point in part for each in point)) for part in parts]


def behind(figure: Figure) -> list[tuple[object, object]]:
    """Which wire passes behind which card."""
    found = []
    for wire in figure.wires:
        seen = [piece.at(k / 50) for piece in pieces(wire.points) for k in range(51)]
        for box in figure.boxes:
            x, y, wide, tall = box.rect
            inside = any(x + 2 < px < x + wide - 2 and y + 2 < py < y + tall - 2 for px, py in seen)
            if inside and box.node not in (wire.source, wire.node):
                found.append(((wire.node, wire.port), box.node))
    return found


@pytest.mark.parametrize("text", SKIPPING)
@pytest.mark.parametrize(
    "shown",
    [{}, {"width": "8.4cm"}, {"width": "12cm", "wires": "all"}, {"width": "8.4cm", "rankdir": "TB"}],
    ids=str,
)
def test_a_wire_goes_round_the_cards_of_other_nodes(text: str, shown: dict[str, Any]) -> None:
    lines = text.split("; ")
    graph = parse("; ".join(reversed(lines)) if text.startswith("L") else text)
    width = shown.get("width")
    sizing = None if width is None else Sizing(length_from(width, "width", (1, 9999)).points, 8.0)
    kept = {name: what for name, what in shown.items() if name != "width"}
    figure = next(film_of(graph, None, Options(style="canvas", sizing=sizing, **kept)).pictures)
    assert behind(figure) == []


def test_a_wire_that_passes_behind_nothing_stays_as_it_is_and_one_with_no_way_round_too() -> None:
    straight = [(0.0, 0.0), (50.0, 0.0), (50.0, 0.0), (100.0, 0.0)]
    assert Detours([("c", (40.0, 20.0, 20.0, 20.0))], down=False).around(straight, "a", "b") is straight
    assert Detours([("c", (40.0, -10.0, 20.0, 20.0))], down=False).around(straight, "a", "b")[3][1] == -15.0
    assert Detours([("c", (1.0, -20.0, 98.0, 40.0))], down=False).around(straight, "a", "b") is straight


def test_two_wires_of_different_nodes_do_not_go_round_a_card_as_one() -> None:
    detours = Detours([("c", (40.0, -10.0, 20.0, 20.0))], down=False)
    levels = []
    for source, at in (("a", 0.0), ("b", 1.0)):
        made = detours.around([(0.0, at), (50.0, at), (50.0, at), (100.0, at)], source, "L")
        levels.append(made[3][1])
    assert abs(levels[0] - levels[1]) >= 4
