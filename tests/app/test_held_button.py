"""Whatever becomes of the graph under a held button, a gesture is at most of no use: a random walk."""

import random
from contextlib import suppress

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from micrograd_gui.document.errors import Refusal

BUTTONS = Qt.MouseButton
GRAPHS = ("L = (a*b + c) * f", "n = Neuron(2); L = n([x, y])", "L = a**3 + tanh(a)", "L = a/0 + exp(b)")


def send(canvas, kind, at, button, buttons, modifiers) -> None:
    port = canvas.viewport()
    place = port.mapToGlobal(at)
    event = QMouseEvent(kind, QPointF(at), QPointF(place), button, buttons, modifiers)
    QApplication.sendEvent(port, event)


def some_node(draw, session):
    nodes = list(session.state.graph.nodes)
    return draw.choice(nodes) if nodes else session.state.graph.next_id


def change(draw, window) -> None:
    """Some verb, as a script, a lesson, a refresh or another gesture calls it meanwhile."""
    session, canvas = window.session, window.canvas
    node, other = some_node(draw, session), some_node(draw, session)
    verbs = [
        lambda: session.delete([node]),
        lambda: session.delete(list(session.state.graph.nodes)),
        lambda: session.undo(),
        lambda: session.redo(),
        lambda: session.build(draw.choice(GRAPHS)),
        lambda: session.new(),
        lambda: session.paste("q = w*2; r = q + 1"),
        lambda: session.add_node("tanh", (draw.random() * 400, 100.0)),
        lambda: session.select([node, other]),
        lambda: session.rename(node, f"n{draw.randint(0, 9)}"),
        lambda: session.set_value(node, draw.random()),
        lambda: session.forward(),
        lambda: session.backward(),
        lambda: session.duplicate([node]),
        lambda: session.set_target(node if node in session.state.graph.nodes else None),
        lambda: canvas.editing.label(node),
        lambda: canvas.editing.value(node),
        lambda: canvas.show_node(node),
    ]
    with suppress(Refusal, KeyError):  # where there is no node
        draw.choice(verbs)()


@pytest.mark.parametrize("seed", range(3))
def test_no_change_under_a_held_button_breaks_a_gesture(opened, seed):
    draw = random.Random(seed)
    window = opened("neuron", size=(1200, 800))
    canvas = window.canvas
    modifiers = (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.ShiftModifier,
        Qt.KeyboardModifier.ControlModifier,
    )

    def point() -> QPoint:
        keys = list(canvas.graph_scene.boxes)
        if keys and draw.random() < 0.8:
            rect = canvas.graph_scene.boxes[draw.choice(keys)]
            at = QPointF(
                rect.left() + draw.random() * rect.width(), rect.top() + draw.random() * rect.height()
            )
            return canvas.mapFromScene(at)
        return QPoint(draw.randint(0, canvas.viewport().width()), draw.randint(0, canvas.viewport().height()))

    for _ in range(30):
        held = draw.choice((BUTTONS.LeftButton, BUTTONS.LeftButton, BUTTONS.MiddleButton))
        keys = draw.choice(modifiers)
        kind = QEvent.Type.MouseButtonDblClick if draw.random() < 0.15 else QEvent.Type.MouseButtonPress
        send(canvas, kind, point(), held, held, keys)
        for _ in range(draw.randint(0, 5)):
            send(canvas, QEvent.Type.MouseMove, point(), BUTTONS.NoButton, held, keys)
            if draw.random() < 0.5:
                change(draw, window)
            if draw.random() < 0.3:
                QApplication.processEvents()
        if canvas.editing.editor is not None and draw.random() < 0.7:
            canvas.editing.editor.setText(draw.choice(("1.5", "name", "", "a*b", "\0")))
            canvas.editing.editor.commit()
        if draw.random() < 0.2:
            canvas.pointer.end_tool(cancel=True)
        send(canvas, QEvent.Type.MouseButtonRelease, point(), held, BUTTONS.NoButton, keys)
    QApplication.processEvents()
