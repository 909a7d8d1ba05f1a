"""A canvas on a desk: the real widget, and hands that work it with real events."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from micrograd_gui.document.catalogue import MIME
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.figures import geometry
from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.theme import LIGHT, Look, load_fonts
from tests.lecture import LECTURE

_Mods = Qt.KeyboardModifier


class Desk:
    """A canvas, and what one can do to it. Places are named by nodes and their parts."""

    def __init__(self, qtbot, look: Look) -> None:
        self.qtbot = qtbot
        self.session = Session()
        self.bridge = Bridge(self.session)
        self.refusals: list[tuple[str, int | None]] = []
        self.bridge.refused.connect(lambda sentence, node: self.refusals.append((sentence, node)))
        self.view = CanvasView(self.bridge, look)
        qtbot.addWidget(self.view)
        self.view.resize(1100, 600)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.view.setFocus()

    # What there is ---------------------------------------------------------------------------

    @property
    def state(self):
        return self.session.state

    @property
    def graph(self) -> Graph:
        return self.session.state.graph

    @property
    def editor(self):
        return self.view.editing.editor

    def named(self, label: str) -> int:
        return self.graph.named(label)

    def node(self, label: str):
        return self.graph.nodes[self.named(label)]

    def place(self, label: str) -> tuple[float, float]:
        return self.view.graph_scene.graph.places[self.named(label)]

    # Getting started -------------------------------------------------------------------------

    def open(self, expression: str = LECTURE) -> "Desk":
        self.open_graph(graph_from_expression(expression))
        return self

    def open_graph(self, graph: Graph) -> None:
        self.session.open_graph(graph)
        self.view.freeze_places()
        self.view.fit()
        self.settle()

    def settle(self) -> None:
        QApplication.processEvents()

    # Where things are, in pixels -------------------------------------------------------------

    def pixel(self, at: tuple[float, float]) -> QPoint:
        return self.view.viewportTransform().map(QPointF(*at)).toPoint()

    def on(self, label: str, part: str = "title") -> QPoint:
        place = self.place(label)
        x, y = place
        spots = {
            "title": (x + geometry.WIDTH - 40, y + 6),
            "name": (x + 14, y + 12),
            "data": card_geometry.fields(place, self.view.zoom)[0].center().toTuple(),
            "grad": card_geometry.fields(place, self.view.zoom)[1].center().toTuple(),
            "badge": (x + 17, y + 13),
        }
        return self.pixel(spots[part])

    def out(self, label: str) -> QPoint:
        return self.pixel(geometry.out_port(self.place(label)))

    def port(self, label: str, port: int = 0) -> QPoint:
        return self.pixel(geometry.in_port(self.place(label), port, len(self.node(label).inputs)))

    def wire(self, label: str, port: int = 0, t: float = 0.5) -> QPoint:
        return self.pixel(self.view.graph_scene.curves[self.named(label), port].at(t))

    def ground(self) -> QPoint:
        """A pixel with nothing on it."""
        for x in range(20, self.view.viewport().width(), 30):
            for y in range(self.view.viewport().height() - 20, 20, -30):
                if self.view.pointer.hit(QPointF(x, y)).part == "ground":
                    return QPoint(x, y)
        raise AssertionError("there is no free pixel")

    # Hands -----------------------------------------------------------------------------------

    def drop(self, payload: str, pixel: QPoint, mime: str = MIME) -> bool:
        """Drag something in and drop it; gives whether it was taken."""
        data = QMimeData()
        data.setData(mime, payload.encode())
        at, none = QPointF(pixel), _Mods.NoModifier
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        target = self.view.viewport()
        enter = QDragEnterEvent(pixel, copy, data, left, none)
        QApplication.sendEvent(target, enter)
        if not enter.isAccepted():
            return False
        QApplication.sendEvent(target, QDragMoveEvent(pixel, copy, data, left, none))
        dropped = QDropEvent(at, copy, data, left, none)
        QApplication.sendEvent(target, dropped)
        self.settle()
        return dropped.isAccepted()

    def hover_drag(self, payload: str, pixel: QPoint) -> None:
        """Drag something in and hold it there."""
        self.data = QMimeData()
        self.data.setData(MIME, payload.encode())
        args = (pixel, Qt.DropAction.CopyAction, self.data, Qt.MouseButton.LeftButton, _Mods.NoModifier)
        QApplication.sendEvent(self.view.viewport(), QDragEnterEvent(*args))
        QApplication.sendEvent(self.view.viewport(), QDragMoveEvent(*args))

    def click(self, pixel: QPoint, modifiers=_Mods.NoModifier) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, modifiers, pixel)
        QTest.qWait(0)

    def double_click(self, pixel: QPoint) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, _Mods.NoModifier, pixel)
        QTest.mouseDClick(self.view.viewport(), Qt.MouseButton.LeftButton, _Mods.NoModifier, pixel)
        self.settle()

    def press(self, pixel: QPoint, modifiers=_Mods.NoModifier, button=Qt.MouseButton.LeftButton) -> None:
        QTest.mousePress(self.view.viewport(), button, modifiers, pixel)

    def move(self, pixel: QPoint, modifiers=_Mods.NoModifier, buttons=Qt.MouseButton.LeftButton) -> None:
        at = QPointF(pixel)
        viewport = self.view.viewport()
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton, buttons, modifiers
        )
        QApplication.sendEvent(viewport, event)

    def release(self, pixel: QPoint, modifiers=_Mods.NoModifier, button=Qt.MouseButton.LeftButton) -> None:
        QTest.mouseRelease(self.view.viewport(), button, modifiers, pixel)
        self.settle()

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        modifiers=_Mods.NoModifier,
        button=Qt.MouseButton.LeftButton,
        pieces: int = 6,
    ) -> None:
        self.press(start, modifiers, button)
        for piece in range(1, pieces + 1):
            self.move(start + (end - start) * (piece / pieces), modifiers, button)
        self.release(end, modifiers, button)

    def key(self, key, modifiers=_Mods.NoModifier) -> None:
        QTest.keyClick(self.view, key, modifiers)
        self.settle()

    def keys(self, text: str) -> None:
        """Typed where the focus is."""
        QTest.keyClicks(self.view.focusWidget() or self.view, text)
        self.settle()

    def picture(self) -> QImage:
        self.settle()
        return self.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.fixture
def desk(qtbot) -> Iterator[Desk]:
    load_fonts()
    made = Desk(qtbot, Look(LIGHT))
    yield made
    made.view.pointer.end_tool(cancel=True)
