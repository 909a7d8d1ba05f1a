"""Typing: names and numbers changed where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import exact
from micrograd_gui.views.canvas import geometry
from micrograd_gui.views.canvas.boxes import badge_rect, name_rect
from micrograd_gui.views.canvas.editor import InlineEditor
from micrograd_gui.views.canvas.gestures import can_hold_value, value_of

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView


class Typing:
    """Opens the one inline editor of a view and keeps it over the node that it is about."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.editor: InlineEditor | None = None
        self._node: NodeId = 0
        self._where = QRectF()  # from the corner of the node's box

    def label(self, number: NodeId) -> None:
        """Rename the node, or the block that stands for it."""
        view, key = self.view, self.view.index.key(number)
        if key is not None and key < 0:
            box = view.index.folding.boxes[key]
            where = QRectF(30.0, 0.0, box.size[0] - 34.0, geometry.TITLE)
            title, verb = box.block.title, view.bridge.session.retitle
            self._open(number, where, title, f"Title of {title}", lambda _, text: verb(-key, text))
            return
        node = self.view.index.graph.nodes.get(number)
        if node is None:
            return
        where = name_rect(node, (0, 0), self.view.ink)
        self._open(number, where, node.label, f"Name of {node.name}", self.view.bridge.session.rename)

    def value(self, number: NodeId, text: str | None = None) -> None:
        """Set the leaf's number or the power's exponent; ``text`` is what was typed already."""
        if not can_hold_value(self.view, number):
            return
        node = self.view.index.graph.nodes[number]
        where = (
            geometry.fields((0, 0), self.view.zoom)[0]
            if node.is_leaf
            else badge_rect(node, (0, 0), self.view.ink)
        )
        first = exact(value_of(self.view, number))
        self._open(number, where, first, f"Value of {node.name}", self.view.bridge.session.set_value)
        if text is not None and self.editor is not None:
            self.editor.setText(text)

    def follow(self) -> None:
        """Keep the editor over its node, wherever that is now; without the node it goes."""
        if self.editor is None:
            return
        place = self.view.index.places.get(self.view.index.key(self._node) or 0)
        if place is None:
            self.editor.close_editor()
            return
        where = self.view.viewportTransform().mapRect(self._where.translated(*place))
        self.editor.lay_over(where.toAlignedRect(), self.view.zoom, self.view.mood)

    def close(self) -> None:
        """Nothing is typed any more; what was not kept is dropped."""
        if self.editor is not None:
            self.editor.close_editor()

    def _open(
        self, number: NodeId, where: QRectF, text: str, name: str, verb: Callable[[NodeId, str], object]
    ) -> None:
        view = self.view
        if self.editor is not None:
            self.editor.close_editor()
        if view.bridge.state.selected != number:
            view.bridge.session.select((number,))
        view.show_node(number)
        self._node, self._where = number, where
        self.editor = InlineEditor(
            view.viewport(), text, lambda typed: verb(number, typed), self._refused, self._closed
        )
        self.editor.setAccessibleName(name)
        self.follow()
        self.editor.show()
        self.editor.selectAll()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refused(self, refusal: Refusal) -> None:
        self.view.bridge.refused.emit(str(refusal), refusal.node)

    def _closed(self, had_focus: bool) -> None:
        self.editor = None
        if had_focus:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
