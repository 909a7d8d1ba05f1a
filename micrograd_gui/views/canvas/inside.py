"""Inside: which block is looked into, the way there above the canvas; and blocks collapsed and opened."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from micrograd_gui.document.block import Block, BlockId, nodes_of
from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.folding import Key
from micrograd_gui.views.canvas.room import room

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView

WHOLE = "whole graph"
_BETWEEN = " › "


class Inside:
    """Shows one block alone, and leads in and out. Nothing of that is in the document."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.block: BlockId | None = None
        self.bar = QLabel(view)
        self.bar.setObjectName("breadcrumb")
        self.bar.setTextFormat(Qt.TextFormat.RichText)
        self.bar.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.bar.linkActivated.connect(lambda number: self.go(int(number) or None))
        self.bar.hide()
        self._dress_bar()

    # Into a block and out --------------------------------------------------------------------

    def enter(self, block: BlockId) -> None:
        """Show what is in the block, and nothing else."""
        self.go(block)

    def leave(self) -> bool:
        """Back to what the block is in; False where one is outside already."""
        if self.block is None:
            return False
        left = self.block
        parent = next((block.parent for block in self._blocks() if block.id == left), None)
        self.go(parent)
        self.view.bridge.attempt(self.view.bridge.session.select_block, left)
        return True

    def go(self, block: BlockId | None) -> None:
        """Show that block alone, or (None) the whole graph; fitted."""
        if block == self.block:
            return
        view = self.view
        view.end_gesture(cancel=True)
        view.typing.close()
        self.block = block
        self._show_way()
        view.look_again()
        if block is not None:
            view.bridge.session.select(())

    def follow(self, graph: Graph) -> bool:
        """Come out of a block that is no more; whether that was so."""
        if self.block is None:
            return False
        there = {block.id for block in graph.blocks}
        if self.block in there and nodes_of(graph.blocks, self.block):
            self._show_way()
            return False
        self.block = None
        self._show_way()
        return True

    def enter_selected(self) -> bool:
        """Look into the box that is selected."""
        key = self._selected_box()
        if key is not None:
            self.enter(-key)
        return key is not None

    # Collapsing ------------------------------------------------------------------------------

    def toggle(self, block: BlockId) -> None:
        """Collapse the block, or open it, and make room for what it is then."""
        view = self.view
        found = next((each for each in self._blocks() if each.id == block), None)
        if found is None:
            return
        view.settle()
        session = view.bridge.session
        places = room(view.bridge.state.graph, view.index, found)
        view.bridge.attempt(session.collapse, block, not found.collapsed, places)

    def toggle_selected(self) -> bool:
        """Open the selected box, or collapse the innermost block around what is selected."""
        key = self._selected_box()
        block = -key if key is not None else self._around_selection()
        if block is None:
            return False
        self.toggle(block)
        return True

    def _selected_box(self) -> Key | None:
        chosen = self.view.picture.chosen
        key = next(iter(chosen)) if len(chosen) == 1 else None
        return key if key is not None and key < 0 else None

    def _around_selection(self) -> BlockId | None:
        """The innermost open block in which all of what is selected is."""
        chosen = self.view.bridge.state.selection
        if not chosen:
            return None
        for number in self.view.index.frames:  # inner ones first
            if chosen <= nodes_of(self._blocks(), number):
                return number
        return None

    # The way ---------------------------------------------------------------------------------

    def dress(self) -> None:
        """In the mood of the view."""
        self._dress_bar()
        self._show_way()

    def _dress_bar(self) -> None:
        theme, mood = self.view.mood.theme, self.view.mood
        self.bar.setFont(mood.font(14))
        self.bar.setStyleSheet(
            f"#breadcrumb {{ background: {theme.panel}; color: {theme.text}; padding: 0 12px;"
            f" border-bottom: 1px solid {theme.line}; }}"
        )

    def lay_out(self) -> None:
        """At the top, over the whole breadth."""
        self.bar.setGeometry(0, 0, self.view.width(), self.height)

    @property
    def height(self) -> int:
        return self.view.mood.px(34) if self.block is not None else 0

    def _show_way(self) -> None:
        shown = self.way()
        colour = self.view.mood.theme.data
        steps = [(0, WHOLE), *((block.id, block.title) for block in shown)]
        links = [
            f'<a href="{number}" style="color: {colour}; text-decoration: none">{escape(title)}</a>'
            for number, title in steps[:-1]
        ]
        self.bar.setText(_BETWEEN.join([*links, f"<b>{escape(steps[-1][1])}</b>"]))
        self.bar.setAccessibleName("Inside: " + _BETWEEN.join(title for _, title in steps))
        self.bar.setToolTip("Click to go back there; Shift+Enter or Esc goes one step out.")
        self.view.setViewportMargins(0, self.height, 0, 0)
        self.bar.setVisible(self.block is not None)
        self.lay_out()

    def way(self) -> tuple[Block, ...]:
        """The block that is shown and those around it, the outermost first."""
        by_id = {block.id: block for block in self._blocks()}
        found: list[Block] = []
        at = self.block
        while at is not None and at in by_id:
            found.insert(0, by_id[at])
            at = by_id[at].parent
        return tuple(found)

    def _blocks(self) -> tuple[Block, ...]:
        return self.view.bridge.state.graph.blocks
