"""The rendered graph on screen: live numbers, a click selects, nothing moves while stepping."""

from collections.abc import Callable
from threading import Event
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.figures.parts import SMALL
from micrograd_gui.files import documents
from micrograd_gui.layout.graphviz import LayoutRefusal
from micrograd_gui.session.asking.asking import Asking
from micrograd_gui.session.session import Session
from micrograd_gui.views import rendered_layout
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.rendered_graph import EMPTY, LEGIBLE, WAITING, RenderedGraph
from micrograd_gui.views.theme import DARK, LIGHT, THEMES, Look, load_fonts

Make = Callable[..., RenderedGraph]


@pytest.fixture
def make(qtbot: QtBot) -> Make:
    """Shows the pane with a graph in it and waits for its layout."""

    def made(graph: Graph | str = "neuron", look: Look | None = None) -> RenderedGraph:
        load_fonts()
        session = Session(documents.load_example(graph) if isinstance(graph, str) else graph)
        pane = RenderedGraph(Bridge(session), look or Look())
        qtbot.addWidget(pane)
        pane.resize(1900, 300)  # the whole neuron is legible
        pane.show()
        if session.state.graph.nodes:
            qtbot.waitUntil(lambda: pane.figure is not None and not pane.message)
        return pane

    return made


def session(pane: RenderedGraph) -> Session:
    return pane.bridge.session


def shown(pane: RenderedGraph) -> QImage:
    QApplication.processEvents()
    return pane.grab().toImage()


def number(pane: RenderedGraph, label: str, role: str) -> str:
    assert pane.figure is not None
    node = session(pane).state.graph.named(label)
    box = next(box for box in pane.figure.boxes if box.node == node)
    return [text.text for text in pane.figure.texts_of(box) if text.role == role][-1]


def geometry(pane: RenderedGraph) -> tuple[Any, ...]:
    assert pane.figure is not None
    where = [pane.place_of(box.node) for box in pane.figure.boxes]
    return (pane.figure.boxes, pane.figure.ovals, pane.figure.wires, where)


def test_it_is_found_by_its_name(make: Make) -> None:
    pane = make()
    assert pane.objectName() == "rendered_graph"
    assert pane.accessibleName()
    assert "10 nodes" in pane.accessibleDescription()


def test_numbers_are_live_and_nothing_moves_while_stepping(make: Make) -> None:
    pane = make()
    graph = session(pane).state.graph
    session(pane).tidied(graph, dict.fromkeys(graph.nodes, (0.0, 0.0)), as_edit=False)  # it came late
    start = geometry(pane)
    assert number(pane, "o", "data") == "·"
    session(pane).forward()
    assert number(pane, "o", "data") == "0.7071"
    for _ in range(6):
        session(pane).backward_step()
        assert geometry(pane) == start
    assert number(pane, "x1", "grad") == "−1.5000"
    session(pane).previous()
    assert number(pane, "x1", "grad") == "·"
    assert geometry(pane) == start


def test_a_value_that_is_scrubbed_moves_nothing_either(make: Make) -> None:
    pane = make()
    session(pane).forward()
    start = geometry(pane)
    for value in (0.5, -123.456, 99999.0, 1e300):
        session(pane).set_value(session(pane).state.graph.named("x1"), value)
        assert geometry(pane) == start
        assert pane.message == ""
    assert number(pane, "x1", "data") == "1.00e+300"


def test_the_acting_node_is_outlined_in_the_accent_colour(make: Make) -> None:
    pane = make("lecture")
    session(pane).forward()
    session(pane).backward()
    node = session(pane).state.graph.named("e")
    assert pane.figure is not None
    assert pane.figure.acting == node
    middle = pane.place_of(node)
    assert middle is not None
    image = shown(pane)
    column = {image.pixelColor(round(middle.x()), y).name() for y in range(image.height())}
    assert LIGHT.accent in column or any(near(name, LIGHT.accent) for name in column)
    session(pane).first()
    image = shown(pane)
    column = {image.pixelColor(round(middle.x()), y).name() for y in range(image.height())}
    assert not any(near(name, LIGHT.accent) for name in column)


def near(one: str, other: str) -> bool:
    a, b = QColor(one), QColor(other)
    return abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue()) < 60


@pytest.mark.parametrize("name", ["lecture", "neuron"])
def test_repainting_only_what_differs_gives_the_same_picture_as_painting_all(make: Make, name: str) -> None:
    pane = make(name)
    session(pane).forward()
    on_screen(pane)
    order = session(pane).state.graph.order
    for verb in ("backward_step", "backward_step", "backward_step", "previous", "zero_grad", "first", "last"):
        getattr(session(pane), verb)()
        session(pane).select([order[len(verb) % 4]])
        parts = on_screen(pane)
        pane.repaint()
        # A part's edge is rounded a little differently than the same line drawn whole.
        assert np.abs(parts - on_screen(pane)).max() <= 4, verb


def on_screen(pane: RenderedGraph) -> np.ndarray:
    """What stands on the screen, painted by nothing but the updates the pane asked for."""
    QApplication.processEvents()
    image = pane.screen().grabWindow(pane.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert image.size() == pane.size()
    return np.array(image.constBits(), dtype=np.uint8).astype(int)


def test_a_click_selects_the_node_and_the_selected_one_is_marked(make: Make, qtbot: QtBot) -> None:
    pane = make("lecture")
    before = shown(pane)
    node = session(pane).state.graph.named("b")
    place = pane.place_of(node)
    assert place is not None
    qtbot.mouseClick(pane, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert session(pane).state.selection == {node}
    assert shown(pane) != before
    qtbot.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert not session(pane).state.selection
    assert shown(pane) == before


def test_a_click_with_ctrl_adds_and_takes_away(make: Make, qtbot: QtBot) -> None:
    pane = make("lecture")
    a, b = (session(pane).state.graph.named(label) for label in "ab")
    for node in (a, b, a):
        place = pane.place_of(node)
        assert place is not None
        qtbot.mouseClick(
            pane, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place.toPoint()
        )
    assert session(pane).state.selection == {b}


def test_a_click_on_an_op_selects_the_node_it_computes(make: Make, qtbot: QtBot) -> None:
    pane = make("square")
    assert pane.figure is not None
    oval = pane.figure.ovals[0]
    place = pane.place_of(oval.node)
    assert place is not None
    assert pane.node_at(place) == oval.node


def turn(pane: RenderedGraph, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        QPointF(pane.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pane, event)


def test_the_wheel_zooms_about_the_pointer_and_fit_brings_all_back(make: Make) -> None:
    pane = make()
    node = session(pane).state.graph.named("n")
    place = pane.place_of(node)
    assert place is not None
    start = geometry(pane)
    turn(pane, place, 5)
    zoomed = pane.place_of(node)
    assert zoomed is not None
    assert (zoomed - place).manhattanLength() < 0.01
    other = pane.place_of(session(pane).state.graph.named("x1"))
    assert other is not None
    assert other.x() < 0
    pane.resize(1000, 280)
    assert pane.place_of(session(pane).state.graph.named("x1")) == other, "a zoom of one's own stays"
    pane.resize(1900, 300)  # the whole neuron is legible
    pane.fit()
    assert geometry(pane) == start


def test_zooming_has_its_limits(make: Make) -> None:
    pane = make()
    for notches in (1000, -1000):
        turn(pane, QPointF(50, 50), notches)
        assert not shown(pane).isNull()
    pane.fit()


def test_dragging_pans_and_selects_nothing(make: Make, qtbot: QtBot) -> None:
    pane = make("lecture")
    node = session(pane).state.graph.named("a")
    place = pane.place_of(node)
    assert place is not None
    start = place.toPoint()
    qtbot.mousePress(pane, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(pane, start + QPoint(10 * step, 6 * step))
    qtbot.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=start + QPoint(50, 30))
    moved = pane.place_of(node)
    assert moved is not None
    assert (moved - place - QPointF(50, 30)).manhattanLength() < 2
    assert not session(pane).state.selection


def test_an_edit_of_the_structure_lays_out_anew(make: Make, qtbot: QtBot) -> None:
    pane = make("lecture")
    session(pane).add_node("tanh", (0, 0))
    assert pane.message == WAITING
    qtbot.waitUntil(lambda: not pane.message)
    assert pane.figure is not None
    assert len(pane.figure.boxes) == 8
    session(pane).undo()
    qtbot.waitUntil(lambda: not pane.message)
    assert len(pane.figure.boxes) == 7


def test_the_next_edit_stops_a_layout_that_is_under_way(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = make("lecture")
    stops: list[Event] = []

    def endless(graph: Graph, *, stop: Event, **_: object) -> None:
        stops.append(stop)
        stop.wait(20)
        raise LayoutRefusal("The layout was cancelled.")

    monkeypatch.setattr(rendered_layout, "lay_out_notebook", endless)
    session(pane).add_node("tanh", (0, 0))
    qtbot.waitUntil(lambda: len(stops) == 1)
    assert not stops[0].is_set()
    monkeypatch.undo()
    session(pane).add_node("exp", (0, 0))
    assert stops[0].is_set()
    qtbot.waitUntil(lambda: not pane.message)
    assert pane.figure is not None
    assert len(pane.figure.boxes) == 9


def test_a_layout_that_fails_is_told_in_words(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = make("lecture")

    def fails(graph: Graph, *, stop: Event, **_: object) -> None:
        raise LayoutRefusal("The layout took longer than 10 seconds and was stopped.")

    monkeypatch.setattr(rendered_layout, "lay_out_notebook", fails)
    session(pane).add_node("tanh", (0, 0))
    qtbot.waitUntil(lambda: "longer than 10 seconds" in pane.message)
    assert pane.figure is None
    assert not shown(pane).isNull()
    monkeypatch.undo()
    session(pane).undo()
    qtbot.waitUntil(lambda: pane.figure is not None and not pane.message)


def test_an_empty_graph_is_told_in_words(make: Make, qtbot: QtBot) -> None:
    pane = make(Graph())
    assert pane.message == EMPTY
    session(pane).add_node("value", (0, 0))
    qtbot.waitUntil(lambda: pane.figure is not None and not pane.message)
    session(pane).delete()
    assert pane.message == EMPTY
    assert pane.figure is None
    assert not shown(pane).isNull()


def test_a_hidden_pane_works_nothing_out_and_catches_up_when_it_is_shown(make: Make, qtbot: QtBot) -> None:
    pane = make("lecture")
    pane.hide()
    session(pane).open_graph(documents.load_example("neuron"))
    session(pane).forward()
    assert pane.message == ""
    pane.show()
    qtbot.waitUntil(lambda: pane.figure is not None and len(pane.figure.boxes) == 10 and not pane.message)
    assert number(pane, "o", "data") == "0.7071"
    pane.hide()
    session(pane).first()
    pane.show()
    assert number(pane, "o", "data") == "·"


def test_it_takes_the_colours_of_the_look(make: Make) -> None:
    pane = make("lecture", Look(DARK))
    assert shown(pane).pixelColor(1, 1) == QColor(DARK.ground)
    pane.set_look(Look(LIGHT))
    assert shown(pane).pixelColor(1, 1) == QColor(LIGHT.ground)


@pytest.mark.parametrize("name", THEMES)
def test_exported_pictures_have_the_colours_of_the_window(name: str) -> None:
    theme, palette = THEMES[name], PALETTES[name]
    own = {"dark", "ground", "grid", "raised", "on_data", "on_grad", "good", "selection"}
    called = {"panel": "box", "line": "divider", "frame": "line"}  # the same thing by its name in a figure
    shared = [each for each in theme.__struct_fields__ if each not in own]
    assert [getattr(theme, each) for each in shared] == [
        getattr(palette, called.get(each, each)) for each in shared
    ]


@pytest.mark.parametrize("width", [300, 780, 1900])
def test_text_is_legible_and_what_acts_is_in_view_at_every_moment(make: Make, width: int) -> None:
    pane = make("neuron_exp")
    pane.resize(width, 150)
    assert pane.figure is not None
    assert pane._zoom * SMALL >= LEGIBLE
    session(pane).backward()
    run = session(pane).state.trace
    assert run is not None
    for moment in range(len(run) + 1):
        session(pane).seek(moment)
        if pane.figure.acting is not None:
            place = pane.place_of(pane.figure.acting)
            assert place is not None
            assert pane.rect().contains(place.toPoint())


def test_a_double_click_shows_all_of_it_and_the_next_one_the_legible_part(make: Make, qtbot: QtBot) -> None:
    pane = make()
    pane.resize(700, 200)
    ground = QPoint(3, 3)
    wide, least = pane.figure.width, LEGIBLE / SMALL
    assert pane._zoom == pytest.approx(least)
    qtbot.mouseDClick(pane, Qt.MouseButton.LeftButton, pos=ground)
    assert pane._zoom * wide <= pane.width()
    qtbot.mouseDClick(pane, Qt.MouseButton.LeftButton, pos=ground)
    assert pane._zoom == pytest.approx(least)


@pytest.mark.parametrize("hidden", [False, True])
def test_numbers_of_another_document_never_stand_in_the_picture_of_the_last_one(
    make: Make, qtbot: QtBot, hidden: bool
) -> None:
    pane = make("reuse")
    pane.setVisible(not hidden)
    session(pane).open_graph(documents.load_example("neuron"))
    assert pane.figure is None
    pane.show()
    qtbot.waitUntil(lambda: pane.figure is not None)
    assert {box.node for box in pane.figure.boxes} == set(pane.bridge.state.graph.nodes)


def test_the_paths_that_are_asked_for_lie_on_its_wires(make: Make) -> None:
    pane = make("neuron_exp")
    session = pane.bridge.session
    session.backward()
    session.select([session.state.graph.named("n")])
    before = pane.grab().toImage()
    asking = session.room(Asking)
    asking.show_paths(True)
    assert pane.figure is not None
    assert {line.number for line in pane.figure.paths} == {0, 1}
    assert pane.grab().toImage() != before
    asking.choose_path(1)
    assert {line.number for line in pane.figure.paths} == {1}
    asking.show_paths(False)
    assert not pane.figure.paths
    assert pane.grab().toImage() == before
