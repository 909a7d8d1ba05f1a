"""Numbers on all wires and ∂L/∂a for a.grad, in the real window and the hall."""

from types import SimpleNamespace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from micrograd_gui.document.notation.reader import graph_from_expression as parse
from micrograd_gui.session.asking.writing import Writing
from micrograd_gui.views.canvas.layers import on_wires
from micrograd_gui.views.canvas.layers.chips import _ROWS, tag_size


def chips(window) -> dict[str, tuple[str, str]]:
    nodes, found = window.session.state.graph.nodes, {}
    for chip in canvas(window).picture.chips:
        number, port = chip.wire
        name = f"{nodes[nodes[number].inputs[port]].name}→{nodes[number].name}"
        found[name] = (chip.rule, chip.amount)
    return found


def canvas(window):
    return window.findChild(object, "canvas")


def apart(window) -> bool:
    picture = canvas(window).picture
    rects = [chip.rect for chip in picture.chips]
    boxes = picture.scene.boxes.values()
    meet = any(rect.intersects(box) for rect in rects for box in boxes)
    return not meet and not any(a.intersects(b) for at, a in enumerate(rects) for b in rects[:at])


def test_the_key_puts_numbers_on_all_wires_then_on_none_and_the_view_follows_the_steps(opened, act):
    window = opened("lecture")
    assert not chips(window)
    assert window.findChild(QAction, "wires").shortcut().toString() == "V"
    act(window, "wires")
    assert window.session.state.wires == "all"
    assert not chips(window)  # nothing is computed yet
    act(window, "forward")
    assert chips(window)["a→e"] == ("2", "slope −3")
    assert len(chips(window)) == 6
    act(window, "backward_step", "backward_step")
    assert chips(window)["d→L"] == ("× −2", "+= −2")
    assert chips(window)["a→e"] == ("2", "slope −3")
    where = {chip.wire: chip.rect for chip in canvas(window).picture.chips}
    act(window, "backward_step")
    assert where == {chip.wire: chip.rect for chip in canvas(window).picture.chips}
    assert apart(window)
    act(window, "backward")
    assert chips(window)["a→e"] == ("× −3", "+= 6")
    act(window, "wires")
    assert window.session.state.wires == "none"
    assert not chips(window)
    act(window, "wires")
    assert set(chips(window)) == {"a→e", "b→e"}


def test_gradients_are_written_as_quotients_everywhere_and_again_as_in_code(opened, act):
    window = opened("lecture")
    act(window, "backward", "wires", "notation")
    names = canvas(window).picture.names
    graph = window.session.state.graph
    assert names.short_grad(graph.nodes[graph.named("a")]) == "∂L/∂a"
    model = window.findChild(object, "gradients").model()
    head = Qt.Orientation.Horizontal
    assert model.headerData(2, head, Qt.ItemDataRole.DisplayRole) == "∂L/∂·"
    act(window, "first", "forward")
    assert chips(window)["a→e"] == ("2", "∂e/∂a = −3")
    act(window, "notation")
    assert model.headerData(2, head, Qt.ItemDataRole.DisplayRole) == "analytic"
    assert chips(window)["a→e"] == ("2", "slope −3")


def test_what_is_chosen_stays_with_another_document_and_is_no_edit(opened, act):
    window = opened("lecture")
    act(window, "wires", "notation")
    assert window.session.state.history.undo_name is None
    window.session.new()
    state = window.session.state
    assert (state.wires, state.notation) == ("all", "leibniz")


def test_in_the_hall_all_wires_of_a_neuron_have_their_numbers(opened, act):
    window = opened("neuron", (1920, 1080))
    act(window, "projector", "backward", "wires")
    view = canvas(window)
    assert len(chips(window)) == len(view.picture.scene.curves) == 9
    assert apart(window)
    assert all(10 * chip.scale * view.zoom >= 18 for chip in view.picture.chips)
    act(window, "projector")


def test_chips_are_placed_once_as_the_hall_comes_and_once_as_it_goes(opened, act, monkeypatch):
    window = opened("neuron", (1024, 700))
    act(window, "backward", "wires")
    assert len(chips(window)) == 9
    on_wires._placed.cache_clear()
    placings, looks = [], []
    plain = on_wires.places
    monkeypatch.setattr(on_wires, "places", lambda *given: placings.append(given) or plain(*given))
    window.appearance.changed.connect(looks.append)
    for hall in (True, False):
        act(window, "projector")
        assert len(looks) == 1  # the sheet of all widgets is as large as it will be from the start
        for _ in range(5):
            QApplication.processEvents()  # the window gets the size of the screen
        assert len(placings) == len(looks) == 1
        assert window.projector.on is hall
        assert len(chips(window)) == 9
        assert len(placings) == 1
        placings.clear()
        looks.clear()


def test_where_no_screen_is_filled_numbers_come_onto_the_wires_all_the_same(opened, act, qtbot):
    window = opened("neuron", (1024, 700))
    act(window, "backward", "wires", "projector")
    window.setFixedSize(700, 500)  # as a window manager of tiles would have it
    view, painted = canvas(window), []
    view.layers.append(SimpleNamespace(paint=lambda _painter: painted.append(view._brief)))
    qtbot.waitUntil(lambda: painted[-1:] == [False])
    assert window.look.scale == window.look.projected(500).scale
    act(window, "projector")


def test_numbers_from_before_an_update_are_struck_out(opened, act):
    graph = parse("L = w * w")
    window = opened(graph.marked(graph.named("w"), "parameter"))
    act(window, "wires", "backward", "update")
    assert all(chip.rest.stale and chip.rest.past for chip in canvas(window).picture.chips)
    act(window, "forward")
    assert not any(chip.rest.stale or chip.rest.past for chip in canvas(window).picture.chips)


def test_while_somebody_predicts_no_wire_tells_a_slope(opened, act):
    window = opened("lecture")
    act(window, "wires", "forward", "predict")
    assert not chips(window)
    act(window, "predict")
    assert len(chips(window)) == 6


def test_of_a_large_graph_something_stands_on_the_wires_in_view(opened, act):
    window = opened("; ".join(["x0 = 1", *(f"x{n + 1} = x{n} + x{n}" for n in range(200))]))
    act(window, "forward", "wires")
    view, graph = canvas(window), window.session.state.graph
    view.zoom_by_hand(1 / view.zoom)
    for name in ("x3", "x120", "x199"):
        view.show_node(graph.named(name))
        seen = view.seen()
        chips = {chip.wire for chip in view.picture.chips}
        within = {
            wire for wire, curve in view.graph_scene.curves.items() if seen.contains(QPointF(*curve.at(0.5)))
        }
        assert within
        assert within <= chips
        assert len(chips) < 40


def test_something_stands_on_every_wire_in_window_and_hall(opened, act):
    examples = ("neuron_exp", "xor", "mlp")
    window = opened(examples[0])
    view = canvas(window)
    act(window, "wires")

    def told(example):
        window.documents.open_example(example)
        act(window, "backward")
        wires = view.graph_scene.curves.keys()
        assert {chip.wire for chip in view.picture.chips} == wires != set(), example

    for example in examples:
        told(example)
    act(window, "projector")
    for example in examples:
        told(example)
        boxes = [*view.graph_scene.boxes.values()]
        rects = [chip.rect for chip in view.picture.chips]
        assert not any(rect.intersects(box) for rect in rects for box in boxes), example
        assert not any(one.intersects(other) for at, one in enumerate(rects) for other in rects[:at]), example


def test_the_rendered_graph_is_laid_out_with_room_and_says_the_same(opened, act, qtbot):
    window = opened("lecture")
    pane = window.findChild(object, "rendered_graph")
    window.session.room(Writing).show_wires("all")
    window.session.room(Writing).write_as("leibniz")
    act(window, "backward")
    dock = pane.parentWidget()
    dock.show()
    dock.raise_()
    qtbot.waitUntil(lambda: pane.figure is not None and len(pane.figure.chips) == 6, timeout=10000)
    assert {chip.amount for chip in pane.figure.chips} == {"+= 6", "+= −4", "+= −2", "+= 4"}
    assert any(text.text == "∂L/∂a" for text in pane.figure.texts)
    pane.grab()


def test_forward_mode_stands_below_every_node_in_window_and_hall_and_ends_cleanly(opened, act, enabled):
    window = opened("neuron", (1920, 1080))
    graph = window.session.state.graph
    assert not enabled(window, "forward_mode")  # nothing is selected
    window.session.select([graph.named("n")])
    assert not enabled(window, "forward_mode")  # it is no leaf
    window.session.select([graph.named("w1")])
    act(window, "forward_mode", "forward_step")
    below = canvas(window).picture.derived
    assert below[graph.named("x1w1")].number == "2.0000"
    assert below[graph.named("x1w1")].name == "∂x1w1/∂w1 = "
    assert below[graph.named("w1")].is_leaf
    assert graph.named("o") not in below
    act(window, "backward", "wires", "check_all", "projector")
    below = canvas(window).picture.derived
    assert below[graph.named("o")].number == "1.0000"
    assert apart(window)
    scene = canvas(window).picture.scene
    for size in (tag_size(scene, 1.0), _ROWS):  # no more of a card than what is below its last number
        assert size.tall - size.hangs <= 1.0
    lowest = max(box.bottom() for box in scene.boxes.values())
    assert lowest + tag_size(scene, 1.0).hangs <= scene.folding.stand.room[1]
    canvas(window).grab()
    window.session.select([graph.named("b")])
    act(window, "forward_mode")  # another leaf
    assert canvas(window).picture.derived[graph.named("o")].number == "0.5000"
    act(window, "projector", "first", "forward_mode")
    assert not canvas(window).picture.derived
    assert window.session.state.forward_leaf is None
    assert window.session.state.history.undo_name is None


def test_the_export_dialog_begins_as_the_window_is_and_exports_the_same(opened, act, tmp_path, qtbot):
    from micrograd_gui.app.exporting.dialog import ExportDialog

    window = opened("lecture")
    act(window, "wires", "notation", "backward", "export")
    dialog = window.findChild(ExportDialog)
    assert dialog.fields["wires"].currentData() == "all"
    assert dialog.fields["notation"].currentData() == "leibniz"
    path = tmp_path / "x.svg"
    dialog.export_to(path)
    qtbot.waitUntil(path.exists, timeout=10000)
    text = path.read_text("utf-8")
    assert "+= 6" in text
    assert "∂L/∂a" in text
