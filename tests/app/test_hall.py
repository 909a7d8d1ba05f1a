"""The hall: every example wholly seen, large enough for the back row, at every moment and in its place."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

import micrograd_gui as mg
from micrograd_gui.app import create_window
from micrograd_gui.views.canvas import paint_blocks
from micrograd_gui.views.canvas.hall.cards import readable
from micrograd_gui.views.canvas.layers.chips import chips_of, place_chips
from micrograd_gui.views.canvas.layers.verdicts import sign_rect
from micrograd_gui.views.canvas.paint_blocks import title_rect
from micrograd_gui.views.canvas.pens import pens_of
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.step_card import StepCard
from micrograd_gui.views.theme import Look

EXAMPLES = ["parabola", "slopes", "lecture", "neuron", "neuron_exp", "reuse", "square", "diamond"]
LEARNING = ["mlp", "moons", "xor", "line"]
SIZES = [(1280, 720), (1920, 1080), (3840, 2160)]


@pytest.fixture
def hall(qtbot):
    window = create_window()
    qtbot.addWidget(window)
    window.show()
    window.findChild(QAction, "projector").trigger()
    yield window
    window.findChild(QAction, "projector").trigger()


def settle(window, size, card=0.42):
    """As wide a canvas as there is, over a card that takes less than half."""
    window.resize(*size)
    for name, dock in window.docks.items():
        dock.setVisible(name == "step_card")
    window.resizeDocks([window.docks["step_card"]], [int(size[1] * card)], Qt.Orientation.Vertical)
    QApplication.processEvents()


def test_the_whole_graph_is_seen_at_every_moment(hall, monkeypatch):
    monkeypatch.setattr(
        StepCard, "_draw", lambda _: None
    )  # it has its own tests, and would be a third of this
    for size in SIZES:
        settle(hall, size)
        for name in EXAMPLES + LEARNING:
            hall.documents.choose_example(name)
            QApplication.processEvents()
            see_the_whole_graph_at_every_moment(hall, size[1] / 1080, f"{name} at {size}")


def see_the_whole_graph_at_every_moment(hall, unit, name):
    session, canvas = hall.session, hall.canvas
    session.forward()
    session.backward()
    session.last()
    last = session.state.cursor
    view, still = canvas.viewport().rect(), None
    for moment in range(0, last + 1, max(1, last // 24)):
        session.seek(moment)
        rects = {node: canvas.node_rect(node) for node in session.state.graph.nodes}
        assert all(view.contains(rect) for rect in rects.values()), name
        assert still in (None, rects), f"nothing moves while stepping: {name}"
        still = rects
        cards = {canvas.graph_scene.key(node): node for node in rects}  # many in a box have one card
        assert min(map(canvas.text_px, cards.values())) >= 28 * unit - 0.01, name
        for chip in canvas.picture.chips:
            boxes = canvas.graph_scene.boxes.values()
            assert not any(chip.rect.intersects(box) for box in boxes), name
            assert chip.scale * canvas.pens.rule.qfont.pixelSize() * canvas.zoom >= 20 * unit - 0.01, name


def test_the_title_of_a_block_is_whole_beside_the_signs_of_a_check(hall, monkeypatch):
    settle(hall, (1024, 700))
    hall.documents.choose_example("xor")
    hall.session.forward()
    hall.session.backward()
    hall.session.check_all()
    QApplication.processEvents()
    canvas, written = hall.canvas, []
    monkeypatch.setattr(paint_blocks, "draw_text", lambda _painter, text, *_where: written.append(text))
    canvas.grab()
    frames = canvas.graph_scene.frames
    assert {block.title for block, _ in frames.values()} <= set(written)
    signs = [sign_rect(canvas.picture, key, canvas.zoom) for key in canvas.graph_scene.boxes]
    assert all(not sign.isEmpty() for sign in signs)
    for number, (block, _) in frames.items():
        title = title_rect(canvas.picture, number, canvas.pens, canvas.zoom)
        letters = title.adjusted(0, 5, 0, -6)
        assert not [sign for sign in signs if sign.intersects(letters)], block.title
        found = canvas.pointer.hit(canvas.mapFromScene(title.center()).toPointF())
        assert (found.part, found.block) == ("frame", number), "it is taken hold of where it is drawn"


def test_in_a_hall_dragging_moves_no_node_of_the_document(hall, qtbot):
    settle(hall, SIZES[1])
    canvas, before = hall.canvas, hall.session.state.graph.places
    node = next(iter(hall.session.state.graph.nodes))
    at = canvas.node_rect(node).center()
    qtbot.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(canvas.viewport(), at * 1.3)
    qtbot.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at * 1.3)
    assert hall.session.state.graph.places == before


def test_what_goes_back_between_layers_covers_no_box(qtbot):
    run = mg.run(mg.read("mlp"))
    look = Look().projected(1080)
    scene = Scene(run.graph)
    scene.stand_in((1920.0, 565.0))
    assert scene.form.numbers == 2, "as the hall is at first"
    chips = [
        chip
        for step in run.steps
        if step.contributions
        for chip in place_chips(scene, (step,), pens_of(look), chips_of(scene, 1.0))
    ]
    assert len(chips) > 30
    assert not any(chip.rect.intersects(box) for chip in chips for box in scene.boxes.values())


def test_a_long_name_is_made_smaller_before_it_is_cut(qtbot):
    font = pens_of(Look().projected(1080)).font(25.0, bold=True)
    title = "L2 regularisation"
    room = font.width(title) * 0.6
    name, narrowed, size = readable(title, font, room, 0.65)
    assert name == title
    assert font.width(name) * narrowed * size <= room + 0.01
    name, narrowed, size = readable(title, font, room, 0.9)
    assert name.endswith("…")
    assert size == 0.9
    formula, room = "x1w1 + x2w2", font.width("x1w1+x2w2") * 0.75
    name, narrowed, size = readable(formula, font, room, 0.95)
    assert name == "x1w1+x2w2", "before a formula is cut, it has no air, and is narrow"
    assert font.width(name) * narrowed * size <= room + 0.01
    assert readable("L", font, room, 0.8) == ("L", 1.0, 1.0)


@pytest.mark.parametrize(
    ("name", "end"), [("ニューロン 1_2", "…1_2"), ("layers[1].neurons[3]", "…[3]"), ("x_1 + wide_12", "…")]
)
def test_what_is_left_of_a_name_keeps_the_number_that_tells_it_from_the_next(qtbot, name, end):
    font = pens_of(Look().projected(1080)).font(25.0, bold=True)
    room = font.advance(name) * 0.7
    assert font.elided(name, room).endswith(end)
    assert font.elided(name, room)[0] == name[0]
    assert font.advance(font.elided(name, room)) <= room
    assert font.elided(name, font.advance(end)).endswith("…"), "there is room for no letter before it"
