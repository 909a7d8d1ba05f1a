"""Moments: a list of all moments of the run in words; choosing one goes there."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from micrograd.language import tr
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import as_shown
from micrograd_gui.session.explain.moments import moment_in_words
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Notation, Run
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.theme import Look, dress

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class _Model(QAbstractListModel):
    """A row per moment; its words are made when it is drawn."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.run: Run | None = None
        self._graph = Graph()
        self.notation: Notation = "grad"

    def show(self, graph: Graph, run: Run | None, notation: Notation) -> None:
        """List the moments of that run of that graph."""
        self.beginResetModel()
        self._graph, self.run, self.notation = graph, run, notation
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() or self.run is None else len(self.run) + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole or self.run is None or not index.isValid():
            return None
        words = moment_in_words(self._graph, self.run, index.row(), self.notation)
        return as_shown(words)


class Moments(QListView):
    """The moments of the run; the present one is selected. Of a graph that trains there are none to go to."""

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("moments")
        self.setAccessibleName(tr("Moments"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self._bridge = bridge
        self._following = False  # the selection follows the run, and is not somebody's choice
        self._model = _Model(self)
        self.setModel(self._model)
        self.selectionModel().currentChanged.connect(self._on_chosen)
        Together(bridge, self).changed.connect(lambda _old, new: self._show(new))
        self.set_look(look)
        self._show(bridge.shown)

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self.setFont(look.font())
        theme = look.theme
        dress(
            self,
            f"QListView {{ background: {theme.panel}; color: {theme.text}; border: 0; outline: 0; }}"
            f"QListView::item {{ padding: {look.px(3)}px {look.px(8)}px; }}"
            f"QListView::item:selected {{ background: {theme.accent_fill}; color: {theme.text};"
            f" border-left: {look.px(4)}px solid {theme.accent}; }}",
        )

    def _show(self, state: State) -> None:
        run = None if state.is_training else state.trace
        self._following = True
        try:
            if (run, state.notation) != (self._model.run, self._model.notation):
                self._model.show(state.graph, run, state.notation)
            if run is not None:
                here = self._model.index(state.cursor)
                self.selectionModel().setCurrentIndex(here, QItemSelectionModel.SelectionFlag.ClearAndSelect)
                if self.isVisible():
                    self.scrollTo(here)  # Qt lays out all rows for it; once it is seen it does so by itself
        finally:
            self._following = False

    def _on_chosen(self, current: QModelIndex) -> None:
        if not self._following and current.isValid() and not self._bridge.state.is_training:
            self._bridge.attempt(self._bridge.session.seek, current.row())
