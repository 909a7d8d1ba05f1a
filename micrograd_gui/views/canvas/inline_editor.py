"""The inline editor: one line of text over the place on the canvas that it is about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from micrograd.language import tr
from micrograd_gui.document.block import is_block
from micrograd_gui.document.catalogue import block_kind, catalogue
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.notation.signs import is_name
from micrograd_gui.document.rough_layout import free_place
from micrograd_gui.document.text import as_tip, exact, read_number
from micrograd_gui.figures.geometry import TITLE, WIDTH
from micrograd_gui.resource import FAMILY
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.host import WidgetHost
from micrograd_gui.views.canvas.paint_cards import badge_rect, name_rect
from micrograd_gui.views.canvas.tools import can_hold_value, value_of
from micrograd_gui.views.hands import from_left
from micrograd_gui.views.theme import Look

_SIGNS = {"×": "*", "·": "*", "÷": "/", "−": "-", "√": "sqrt", "²": "**2", "^": "**"}
_SMALLEST = 13  # pixels: what is typed must be readable even where the graph is small


class InlineEditor(QLineEdit):
    """Return keeps what was typed, Esc drops it; a refusal keeps the editor open and is said beside it.

    ``keep(text)`` may raise Refusal, ``refused(refusal)`` is told so, and ``mended(sentence)`` that what was
    refused for that reason stands there no more; ``closed(had_focus)`` is the end.
    """

    def __init__(
        self,
        parent: QWidget,
        text: str,
        keep: Callable[[str], object],
        refused: Callable[[Refusal], None],
        mended: Callable[[str], None],
        closed: Callable[[bool], None],
    ) -> None:
        super().__init__(text, parent)
        self.setObjectName("canvas_editor")
        self._keep, self._refused, self._mended, self._closed = keep, refused, mended, closed
        self._first_text, self._wrong = text, ""
        self._open = True
        from_left(self)
        self.textEdited.connect(self._forget_refusal)

    def lay_over(self, place: QRect, size: float, look: Look) -> None:
        """Cover that rectangle of the viewport, and more where text of that size would not fit in it."""
        theme, size = look.theme, max(_SMALLEST, look.px(_SMALLEST), round(size))
        self.setStyleSheet(
            f"QLineEdit {{ font-family: '{FAMILY}'; font-size: {size}px; font-weight: bold; padding: 0 4px;"
            f" background: {theme.panel}; color: {theme.text}; border: 2px solid {theme.selection};"
            f" border-radius: 4px; }}"
            f'QLineEdit[refused="true"] {{ background: {theme.bad_fill}; border-color: {theme.bad}; }}'
        )
        width, height = max(place.width(), round(9.5 * size)), max(place.height(), round(1.9 * size))
        wanted, parent = (
            QRect(place.left(), place.center().y() - height // 2, width, height),
            self.parentWidget(),
        )
        if parent is not None and (room := parent.rect()).contains(place):  # what is seen is seen whole
            wanted.moveLeft(max(0, min(wanted.left(), room.width() - width)))
            wanted.moveTop(max(0, min(wanted.top(), room.height() - height)))
        self.setGeometry(wanted)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while one types, no key is a command of the window
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._forget_refusal()
            self.close_editor()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, _forwards: bool) -> bool:
        self.commit()  # Tab ends the editing, as in a table
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        passing = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if self._open and event.reason() not in passing:
            self.commit()
            self.close_editor()  # what was refused is dropped: the sentence has been said

    def commit(self) -> None:
        """Keep the text; stays open where that is refused."""
        if not self._open:
            return
        if self.text() != self._first_text:
            try:
                self._keep(self.text())
            except Refusal as refusal:
                self._wrong = str(refusal)
                self.setProperty("refused", True)
                self._restyle()
                self._refused(refusal)
                below = self.mapToGlobal(QPoint(0, self.height()))
                QToolTip.showText(below, as_tip(str(refusal)), self)
                return
        self.close_editor()

    def close_editor(self) -> None:
        """Go away without keeping anything."""
        if self._open:
            self._open = False
            had_focus = self.hasFocus()
            self._closed(had_focus)
            self.hide()
            self.deleteLater()

    def _forget_refusal(self) -> None:
        if self._wrong:
            self._mended(self._wrong)
            self._wrong = ""
            self.setProperty("refused", False)
            self._restyle()
            QToolTip.hideText()

    def _restyle(self) -> None:
        self.style().unpolish(self)
        self.style().polish(self)


def _is_number(text: str) -> bool:
    """Whether it can be meant as a number only, though it is refused as one."""
    return all(each.isdigit() or each in ".,-−" for each in text)


class InlineEditing:
    """Opens the one inline editor of a canvas and keeps it over the node that it is about.

    ``editor``: what is open, or None. ``mended(sentence)`` is told what is refused no more.
    """

    def __init__(self, host: WidgetHost, mended: Callable[[str], None]) -> None:
        self.host, self._mended = host, mended
        self.editor: InlineEditor | None = None
        self._node: NodeId | None = 0  # None: what is typed becomes a node
        self._where = QRectF()  # from the corner of the node's box

    def label(self, number: NodeId) -> None:
        """Rename the node, or the block that stands for it."""
        host, key = self.host, self.host.graph_scene.key(number)
        if key is not None and is_block(key):
            box = host.graph_scene.folding.boxes[key]
            where = self._field(number, "name") or QRectF(30.0, 0.0, box.size[0] - 34.0, TITLE)
            title, verb, block = box.block.title, host.session.retitle, box.block.id
            self._open(
                number, where, title, tr("Title of {title}", title=title), lambda _, text: verb(block, text)
            )
            return
        node = self.host.graph_scene.graph.nodes.get(number)
        if node is None:
            return
        where = self._field(number, "name") or name_rect(node, (0, 0), self.host.pens)
        self._open(number, where, node.label, tr("Name of {name}", name=node.name), self.host.session.rename)

    def value(self, number: NodeId, text: str | None = None) -> None:
        """Set the leaf's number or the power's exponent; ``text`` is what was typed already."""
        if not can_hold_value(self.host.session.state.graph, number):
            return
        node = self.host.graph_scene.graph.nodes.get(number)
        if node is None:  # it came a moment ago, and is not drawn yet
            return
        if node.is_leaf:
            where = self._field(number, "data") or card_geometry.fields((0, 0), self.host.zoom)[0]
        else:
            where = self._field(number, "badge") or badge_rect(node, (0, 0), self.host.pens)
        first = exact(value_of(self.host.session.state.graph, number))
        self._open(number, where, first, tr("Value of {name}", name=node.name), self.host.session.set_value)
        if text is not None and self.editor is not None:
            self.editor.setText(text)

    def _field(self, number: NodeId, part: Literal["name", "data", "badge"]) -> QRectF | None:
        """Where that stands on a card in a hall; None where there is no hall."""
        scene = self.host.graph_scene
        key = scene.key(number)
        if key is None or scene.folding.stand is None:
            return None
        from micrograd_gui.views.canvas.hall.cards import field_of

        return field_of(scene, key, part, self.host.pens)

    def new_node(self, point: QPointF, text: str = "") -> None:
        """A node is typed at that point: an op, a number, a name, or an expression."""
        self.close()
        self._node = None
        self._where = QRectF(point.x(), point.y(), WIDTH, TITLE)
        self._edit("", tr("A new node: an op, a number, a name or an expression"), partial(self._make, point))
        if self.editor is not None:
            self.editor.setPlaceholderText("+  tanh  2  a*b")  # as in code
            self.editor.setText(text)
            self.editor.deselect()
            self.editor.end(False)

    def _make(self, point: QPointF, typed: str) -> None:
        """What was typed as a node there; raises Refusal."""
        host, session = self.host, self.host.session
        text = typed.strip()
        if not text:
            return
        from micrograd_gui.document.notation.literals import CONSTANTS  # not for the first paint

        offers = {name: each for group in catalogue() for each in group.offers for name in each[:2]}
        offer = offers.get(_SIGNS.get(text, text.casefold()))
        host.freeze_places()
        graph = session.state.graph
        wanted = host.graph_scene.document_place(card_geometry.place_around(point))
        at = free_place(wanted, graph.places.values())
        if offer is not None and (kind := block_kind(offer.payload)) is not None:
            host.want_block(kind, point, ())
        elif offer is not None:
            session.add_node(offer.payload, at)
        elif is_name(text) and text not in CONSTANTS:
            session.add_node("value", at, label=text)
        else:
            try:
                session.add_node("value", at, data=read_number(text))
            except Refusal:
                if _is_number(text):
                    raise
                session.paste(text, at)
        host.adopt_into_block(graph.next_id)

    def follow(self) -> None:
        """Keep the editor over its node, wherever that is now; without the node it goes."""
        if self.editor is None:
            return
        place = (
            (0.0, 0.0)
            if self._node is None
            else self.host.graph_scene.places.get(self.host.graph_scene.key(self._node) or 0)
        )
        if place is None:
            self.editor.close_editor()
            return
        where = self.host.viewportTransform().mapRect(self._where.translated(*place))
        size = self.host.graph_scene.form.number * self.host.zoom
        self.editor.lay_over(where.toAlignedRect(), size, self.host.look)

    def close(self) -> None:
        """Nothing is typed any more; what was not kept is dropped."""
        if self.editor is not None:
            self.editor.close_editor()

    def _open(
        self, number: NodeId, where: QRectF, text: str, name: str, verb: Callable[[NodeId, str], object]
    ) -> None:
        host = self.host
        if self.editor is not None:
            self.editor.close_editor()
        if host.session.state.selected != number:
            host.session.select((number,))
        host.show_node(number)
        self._node, self._where = number, where

        def keep(typed: str) -> None:
            if number in host.session.state.graph.nodes:  # else it went a moment ago
                verb(number, typed)

        self._edit(text, name, keep)

    def _edit(self, text: str, name: str, keep: Callable[[str], object]) -> None:
        """Open the editor where it was said."""
        self.editor = InlineEditor(
            self.host.viewport(), text, keep, self._refused, self._mended, self._closed
        )
        self.editor.setAccessibleName(name)
        self.follow()
        self.editor.show()
        self.editor.selectAll()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refused(self, refusal: Refusal) -> None:
        self.host.refuse(str(refusal), refusal.node)

    def _closed(self, had_focus: bool) -> None:
        self.editor = None
        if had_focus:
            self.host.viewport().setFocus(Qt.FocusReason.OtherFocusReason)
