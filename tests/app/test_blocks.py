"""Blocks from the palette: asked for, made, put where they were dropped."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton

from micrograd_gui.app import create_window
from micrograd_gui.app.adding.block_dialog import BlockDialog

MIME = "application/x-micrograd-op"


@pytest.fixture
def window(qtbot, reopened):
    return reopened("neuron")


def dropped(window, payload: str, at: QPointF) -> None:
    data = QMimeData()
    data.setData(MIME, payload.encode())
    target = window.canvas.viewport()
    args = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, QDragEnterEvent(at.toPoint(), *args))
    QApplication.sendEvent(target, QDropEvent(at, *args))
    QApplication.processEvents()


def dialog(window) -> BlockDialog | None:
    return window.findChild(BlockDialog)


def field(window, name: str) -> QLineEdit:
    return dialog(window).findChild(QLineEdit, f"block_{name}")


def type_into(line: QLineEdit, text: str) -> None:
    line.selectAll()
    QTest.keyClicks(line, text) if text else line.clear()


def laid_out(window, qtbot) -> None:
    qtbot.waitUntil(lambda: not window.background.busy("block"))


def edge(window) -> QPointF:
    """A pixel of the canvas with nothing on it."""
    view = window.canvas.viewport()
    for x in range(20, view.width(), 25):
        for y in range(view.height() - 20, 20, -25):
            if window.canvas.pointer.hit(QPointF(x, y)).part == "ground":
                return QPointF(x, y)
    raise AssertionError("there is no free pixel")


def test_a_block_that_is_dropped_is_asked_about_and_made_with_return(window, qtbot):
    before, at = window.session.state.graph, window.session.state.history.index
    for kind in ("neuron", "layer", "mlp", "loss"):
        dropped(window, f"block:{kind}", edge(window))
        assert dialog(window).isVisible(), kind
        assert window.session.state.graph is before, kind
        QTest.keyClick(dialog(window), Qt.Key.Key_Return)
        laid_out(window, qtbot)
        graph = window.session.state.graph
        assert [block.kind for block in graph.blocks if block.parent is None] == [kind]
        assert all(graph.places[number] == before.places[number] for number in before.nodes), kind
        assert window.session.state.history.index == at + 1, kind
        window.session.undo()
        assert window.session.state.graph is before, kind
        qtbot.waitUntil(lambda: dialog(window) is None)


def test_escape_makes_nothing(window):
    before = window.session.state.graph
    dropped(window, "block:mlp", edge(window))
    QTest.keyClick(dialog(window), Qt.Key.Key_Escape)
    assert window.session.state.graph is before


def test_a_palette_button_that_is_pressed_asks_as_well(window):
    window.findChild(QPushButton, "offer_block:neuron").click()
    assert dialog(window).windowTitle() == "A neuron"


def test_new_nodes_cover_nothing(window, qtbot):
    old = set(window.session.state.graph.nodes)
    target = window.canvas.graph_scene.boxes[window.session.state.graph.target].center()
    at = window.canvas.viewportTransform().map(target + QPointF(0, 55))
    dropped(window, "block:mlp", at)
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    laid_out(window, qtbot)
    boxes = window.canvas.graph_scene.boxes
    new = [rect for key, rect in boxes.items() if key not in old]
    assert new
    assert not any(rect.intersects(boxes[number]) for rect in new for number in old)


def test_dropped_on_a_node_the_node_is_the_input(window, qtbot):
    output = window.session.state.graph.named("o")
    at = window.canvas.viewportTransform().map(window.canvas.graph_scene.boxes[output].center())
    dropped(window, "block:neuron", at)
    assert field(window, "inputs").text() == "o"
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    laid_out(window, qtbot)
    graph = window.session.state.graph
    assert any(output in graph.nodes[number].inputs for number in graph.within(graph.blocks[-1].id))
    left = min(window.canvas.graph_scene.boxes[n].left() for n in graph.within(graph.blocks[-1].id))
    assert left > window.canvas.graph_scene.boxes[output].right()


def test_a_loss_dropped_on_a_node_judges_it(window, qtbot):
    inner = window.session.state.graph.named("n")
    at = window.canvas.viewportTransform().map(window.canvas.graph_scene.boxes[inner].center())
    dropped(window, "block:loss", at)
    assert field(window, "outputs").text() == "n"
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    graph = window.session.state.graph
    assert graph.blocks[-1].judges[0][0] == inner
    assert graph.target == graph.blocks[-1].output


def test_what_is_chosen_is_what_is_made(window, qtbot):
    dropped(window, "block:mlp", edge(window))
    type_into(field(window, "inputs"), "x1, x2")
    type_into(field(window, "layers"), "[2, 1]")
    type_into(field(window, "seed"), "1337")
    dialog(window).findChild(QComboBox, "block_activation").setCurrentText("relu")
    said = dialog(window).findChild(QLabel, "block_sentence").text()
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    graph = window.session.state.graph
    mlp = graph.blocks[0]
    weights = [n for n in graph.within(mlp.id) if graph.nodes[n].role == "parameter"]
    assert said == f"{len(weights)} parameters."
    assert {graph.nodes[number].op for number in mlp.outputs} == {"relu"}


def test_bad_input_is_said_in_the_dialog_and_it_stays(window):
    before = window.session.state.graph
    dropped(window, "block:mlp", edge(window))
    for name, text in (("inputs", "nobody"), ("inputs", "0"), ("inputs", "99999999")):
        type_into(field(window, name), text)
        QTest.keyClick(dialog(window), Qt.Key.Key_Return)
        assert dialog(window).isVisible()
        assert window.session.state.graph is before
        assert dialog(window).findChild(QLabel, "block_sentence").text().startswith("⚠ ")
    type_into(field(window, "inputs"), "2")
    for name, text in (("layers", "4, x"), ("layers", ""), ("seed", "pi")):
        type_into(field(window, name), text)
        QTest.keyClick(dialog(window), Qt.Key.Key_Return)
        assert dialog(window).isVisible()
        assert window.session.state.graph is before
        type_into(field(window, name), "3")


def test_an_unknown_block_is_refused(window):
    before = window.session.state.graph
    dropped(window, "block:transformer", edge(window))
    assert window.session.state.graph is before
    assert dialog(window) is None
    assert "transformer" in window.message.text()


def test_tidying_keeps_what_is_in_a_box_in_its_place(reopened, qtbot):
    window = reopened("moons")
    graph = window.session.state.graph
    first, second = sorted(graph.within(1))[:2]
    before = [graph.places[second][axis] - graph.places[first][axis] for axis in (0, 1)]
    window.session.move({graph.named("x1"): (-4000.0, 900.0)})
    window.commands.tidy()
    qtbot.waitUntil(lambda: not window.background.busy("tidy"))
    places = window.session.state.graph.places
    assert [places[second][axis] - places[first][axis] for axis in (0, 1)] == pytest.approx(before)
    assert abs(places[graph.named("x1")][0]) < 1000


def test_a_block_made_inside_a_block_belongs_to_it(reopened, qtbot):
    window = reopened("mlp")
    window.canvas.navigation.enter(1)
    QApplication.processEvents()
    dropped(window, "block:neuron", edge(window))
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    laid_out(window, qtbot)
    graph = window.session.state.graph
    assert graph.blocks[-1].parent == 1
    assert all(number in window.canvas.graph_scene.nodes for number in graph.within(graph.blocks[-1].id))


def test_moons_opens_with_the_network_as_one_box(reopened):
    window = reopened("moons")
    titles = [box.block.title for box in window.canvas.graph_scene.folding.boxes.values()]
    assert titles == ["MLP(2, [16, 16, 1])", "max-margin", "L2 regularisation"]
    assert len(window.canvas.graph_scene.nodes) == 6


def test_the_window_opens_on_a_network(qtbot):
    window = create_window("mlp")
    qtbot.addWidget(window)
    assert {box.block.kind for box in window.canvas.graph_scene.folding.boxes.values()} == {"neuron"}
    window.session.saved_as_is()


def test_dropped_on_one_of_several_selected_nodes_it_reads_them_all(window):
    graph = window.session.state.graph
    x1, x2 = graph.named("x1"), graph.named("x2")
    window.session.select((x1, x2))
    at = window.canvas.viewportTransform().map(window.canvas.graph_scene.boxes[x2].center())
    dropped(window, "block:layer", at)
    order = sorted((x1, x2), key=lambda number: graph.places[number][1])
    assert field(window, "inputs").text() == ", ".join(graph.nodes[number].label for number in order)
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    layer = window.session.state.graph.within(window.session.state.graph.blocks[0].id)
    read = {source for n in layer for source in window.session.state.graph.nodes[n].inputs}
    assert {x1, x2} <= read


def test_dropped_on_the_box_of_a_layer_it_reads_all_its_outputs(reopened):
    window = reopened("mlp")
    graph = window.session.state.graph
    layer = next(block for block in graph.blocks if block.title == "layer 1")
    window.session.collapse(layer.id)
    window.canvas.fit()
    at = window.canvas.viewportTransform().map(window.canvas.graph_scene.boxes[-layer.id].center())
    dropped(window, "block:neuron", at)
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    graph = window.session.state.graph
    neuron = graph.within(graph.blocks[-1].id)
    assert set(layer.outputs) <= {source for n in neuron for source in graph.nodes[n].inputs}


def test_a_loss_dropped_on_the_output_of_a_network_just_made_judges_that_output_alone(window, qtbot):
    dropped(window, "block:layer", edge(window))
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    laid_out(window, qtbot)
    graph = window.session.state.graph
    window.session.collapse(next(b.id for b in graph.blocks if b.kind == "neuron"), False)
    window.session.select_block(next(b.id for b in graph.blocks if b.kind == "neuron"))
    window.canvas.fit()
    output = next(b.output for b in graph.blocks if b.kind == "neuron")
    dropped(
        window, "block:loss", window.canvas.viewportTransform().map(window.canvas.box_of(output).center())
    )
    losses = [each for each in window.findChildren(BlockDialog) if each.kind == "loss"]
    assert losses[0].spec().outputs == (output,)


def test_a_loss_that_is_asked_for_by_its_button_stands_right_of_what_it_judges(qtbot, reopened):
    window = reopened("o = tanh(w*x + b)")
    window.findChild(QPushButton, "offer_block:loss").click()
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    laid_out(window, qtbot)
    graph, boxes = window.session.state.graph, window.canvas.graph_scene.boxes
    judged = boxes[graph.named("o")]
    assert graph.blocks[-1].judges[0][0] == graph.named("o")
    assert all(boxes[node].left() > judged.right() for node in graph.blocks[-1].members)
    answer, reader = boxes[graph.named("y")], boxes[graph.users[graph.named("o")][0][0]]
    assert answer.top() > max(judged.center().y(), reader.center().y()), "a wire would run behind it"


def test_with_a_loss_come_the_panes_for_rows_and_training(qtbot, reopened):
    window = reopened("o = tanh(w*x + b)")
    assert window.docks["data"].isHidden()
    window.findChild(QPushButton, "offer_block:loss").click()
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    qtbot.waitUntil(window.docks["data"].widget().isVisible)
    assert not window.docks["training"].isHidden()
    window.panes.data.use_set("line")
    assert window.docks["data"].widget().isVisible(), "who types rows goes on to see them"


def test_first_rows_from_elsewhere_bring_their_panes(qtbot, reopened):
    from micrograd_gui.document import datasets

    window = reopened("L = (w*x - y)**2")
    session = window.session
    for name in ("x", "y"):
        session.mark([session.state.graph.named(name)], "input")
    session.set_rows(datasets.make("line"), match=True)
    assert not window.docks["data"].isHidden()
    assert not window.docks["training"].isHidden()
