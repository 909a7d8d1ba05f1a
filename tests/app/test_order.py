"""The order of the steps, seen on the canvas."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QToolTip

from micrograd_gui.document.block import block_of, is_block
from micrograd_gui.figures.geometry import FRAME_NAME_SIZE
from micrograd_gui.session.turns import pass_on
from micrograd_gui.views.canvas import paint_blocks
from micrograd_gui.views.canvas.card_geometry import WORDS_FROM
from micrograd_gui.views.canvas.layers import turn_marks, verdicts
from micrograd_gui.views.canvas.layers.turn_marks import mark_of
from micrograd_gui.views.canvas.layers.verdicts import sign_rect
from micrograd_gui.views.canvas.paint_blocks import mark_rect, title_rect
from micrograd_gui.views.canvas.picture import differences
from micrograd_gui.views.canvas.view import CanvasView


def _marks(canvas):
    scene, graph = canvas.graph_scene, canvas.picture.graph
    found = {}
    for key, turn in canvas.picture.turns.items():
        name = scene.nodes[key].title or graph.nodes[key].name
        found[name] = mark_of(canvas.picture, key, turn, canvas.pens, canvas.zoom)
    return found


def _titles(canvas):
    """Where the capitals of titles stand."""
    picture, found = canvas.picture, []
    hall = picture.scene.folding.stand is not None
    high = 0.73 * (20.0 if hall else 23.0 if canvas.zoom < WORDS_FROM else FRAME_NAME_SIZE)
    for block, (_, frame) in picture.scene.frames.items():
        title = title_rect(picture, block, canvas.pens, canvas.zoom)
        assert title.top() >= frame.top()
        found.append(QRectF(title.left(), title.bottom() - 14 - high / 2, title.width(), high))
    return found


def test_a_switch_numbers_the_nodes_and_says_what_they_wait_for(opened, act):
    window = opened("diamond")
    canvas = window.findChild(CanvasView, "canvas")
    assert not canvas.picture.turns
    act(window, "forward", "order")
    assert min(text for _, text, _ in _marks(canvas).values()) == "1, 2"
    act(window, "backward_step", "backward_step")
    target = window.session.state.graph.nodes[window.session.state.graph.target].name
    said = {name: text for name, (_, text, _) in _marks(canvas).items()}
    assert said[target] == "✓ 1, 2"
    assert any("waits for" in text for text in said.values())
    act(window, "order")
    assert not canvas.picture.turns


def test_no_mark_covers_a_number_or_a_contribution(opened, act):
    window = opened("mlp")
    see_no_mark_cover_anything(window, act, hall=False)
    act(window, "projector")
    window.resize(1920, 1080)
    QApplication.processEvents()
    for name in ("mlp", "neuron", "xor"):
        window.documents.open_example(name)
        QApplication.processEvents()
        assert window.canvas.graph_scene.folding.stand is not None, name
        see_no_mark_cover_anything(window, act, hall=True)


def see_no_mark_cover_anything(window, act, *, hall):
    canvas = window.findChild(CanvasView, "canvas")
    act(window, "forward", *([] if window.session.state.order_shown else ["order"]), *["step_over"] * 5)
    scene = canvas.graph_scene
    rows = scene.form.title if hall else 24.0
    numbers = [box.adjusted(0, rows, 0, -5) for box in scene.boxes.values()]
    marks = [rect for rect, _, _ in _marks(canvas).values()]
    assert marks
    assert not [1 for mark in marks for number in numbers if mark.intersects(number)]
    assert not [1 for mark in marks for chip in canvas.picture.chips if mark.intersects(chip.rect)]
    assert not [1 for mark in marks for title in _titles(canvas) if mark.intersects(title)]
    signs = [sign_rect(canvas.picture, key, canvas.zoom) for key in canvas.picture.turns]
    assert not [1 for mark in marks for sign in signs if mark.intersects(sign)]
    folds = [
        mark_rect(canvas.picture, block).adjusted(2, 2, -2, -2)
        for block in (*scene.frames, *map(block_of, filter(is_block, scene.boxes)))
    ]
    assert folds or not scene.graph.blocks
    assert not [1 for fold in folds for other in (*signs, *marks) if fold.intersects(other)]
    act(window, "backward_step")
    assert canvas.picture.turns


def test_the_title_of_a_block_is_whole_beside_the_marks_in_a_hall(opened, act, monkeypatch):
    window = opened("xor", (1024, 700))
    act(window, "projector")
    QApplication.processEvents()
    canvas, written, above = window.canvas, [], []
    monkeypatch.setattr(paint_blocks, "draw_text", lambda _painter, text, *_where: written.append(text))
    monkeypatch.setattr(verdicts, "paint_words", lambda _painter, _words, card, *_how: above.append(card))
    for name in ("xor", "mlp"):
        window.documents.open_example(name)
        act(window, "forward", *([] if window.session.state.order_shown else ["order"]), "backward_step")
        for check in (False, True):
            if check:
                window.session.check_all()
            QApplication.processEvents()
            written.clear()
            above.clear()
            canvas.grab()
            assert canvas.picture.turns
            assert bool(above) is check, "what a check says in words"
            marks = [rect for rect, _, _ in _marks(canvas).values()]
            words = [QRectF(card.left(), card.bottom(), card.width(), verdicts.HALL.hangs) for card in above]
            assert not [1 for mark in marks for each in words if mark.intersects(each)], (
                "they hang over a mark"
            )
            titles = [block.title for block, _ in canvas.graph_scene.frames.values()]
            assert "squared error" in titles
            assert set(titles) <= set(written), name
            signs = [sign_rect(canvas.picture, key, canvas.zoom) for key in canvas.picture.turns]
            assert any(not sign.isEmpty() for sign in signs) is check
            for other in (*signs, *marks):
                assert not [1 for title in _titles(canvas) if other.intersects(title)], name
        see_no_mark_cover_anything(window, act, hall=True)


@pytest.mark.parametrize(("hall", "size"), [(True, (1920, 1080)), (True, (1366, 768)), (False, (1366, 768))])
@pytest.mark.parametrize("title", ["ÇÑÅ jpqgy", "層重み"])
def test_no_sign_of_a_title_is_under_a_mark(opened, act, monkeypatch, hall, size, title):
    window = opened("xor", size)
    for block, _ in [*window.canvas.graph_scene.frames.values()]:
        window.session.retitle(block.id, title)
    act(window, "forward", "order", *["backward_step"] * 12, *["projector"] * hall)
    QApplication.processEvents()
    window.resize(*size)
    QApplication.processEvents()
    canvas = window.canvas

    def seen():
        image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
        return pixels[..., :3].astype(int)

    whole = seen()
    with monkeypatch.context() as changed:
        changed.setattr(turn_marks, "paint_turns", lambda *_: None)
        alone = seen()
        draw = paint_blocks._draw_fitting
        changed.setattr(
            paint_blocks, "_draw_fitting", lambda p, text, *how: text == title or draw(p, text, *how)
        )
        without = seen()
    signs = np.abs(alone - without).sum(axis=-1) > 150
    assert signs.sum() > 500
    lost = signs & (np.abs(whole - alone).sum(axis=-1) > 60)
    assert (whole != alone).any(), "there are marks"
    assert lost.sum() == 0


def test_a_step_paints_anew_where_a_mark_was_or_is(opened, act):
    window = opened("neuron")
    canvas = window.findChild(CanvasView, "canvas")
    act(window, "forward", "order", "backward_step", "backward_step")
    before, marks = canvas.picture, _marks(canvas)
    act(window, "backward_step")
    painted, now = differences(before, canvas.picture), _marks(canvas)
    changed = [name for name in marks.keys() | now.keys() if marks.get(name) != now.get(name)]
    assert changed
    for rect, _, _ in (each[name] for each in (marks, now) for name in changed if name in each):
        assert any(area.contains(rect) for area in painted)


def test_another_node_is_chosen_to_go_next_or_it_is_said_why_not(opened, act):
    window = opened("diamond")
    session, graph = window.session, window.session.state.graph
    act(window, "forward", "order", "backward_step", "backward_step")
    on = pass_on(session.state)
    later = on.order[on.done + 1]
    session.select((later,))
    act(window, "act_next")
    assert session.state.step.node == later
    before = session.state
    act(window, "act_next")  # it has acted
    assert session.state is before
    assert f"{graph.nodes[later].spoken} has acted in this pass" in window.message.text()
    assert "instead of" in QToolTip.text()
    QToolTip.hideText()
