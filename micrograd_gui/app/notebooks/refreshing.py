"""Refreshing: live values brought anew into a window, when that is asked for or after each cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from micrograd.language import tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.documents import Documents
from micrograd_gui.app.notebooks.cells import shell_of_cells
from micrograd_gui.document.errors import Refusal
from micrograd_gui.files.documents import OpenedGraph

if TYPE_CHECKING:
    from micrograd_gui.app.notebooks.live import Link
    from micrograd_gui.session.state import State


class Refreshing(QObject):
    """The link from a window to a notebook, while it shows the document that was opened on live values.

    ``link`` is None where it shows something else. ``see()`` is called when a refresh
    has made the graph another one. Signal: ``changed()``, of what is linked and followed.
    """

    changed = Signal()

    def __init__(self, context: Context, documents: Documents, see: Callable[[], object]) -> None:
        super().__init__(context.dialog_parent)
        self._context, self._documents, self._see = context, documents, see
        self.link: Link | None = None
        self._cells = _AfterCells(self._after_cell)
        self.destroyed.connect(self._cells.stop)
        self.destroyed.connect(context.session.listen(self._on_changed))

    @property
    def following(self) -> bool:
        """Whether each cell refreshes the window."""
        return self._cells.on

    @property
    def can_follow(self) -> bool:
        """Whether there are live values, and cells that may change them."""
        return self.link is not None and shell_of_cells() is not None

    def open(self, link: Link, follow: bool | None = None) -> None:
        """Show the live values at the other end of the link; None: follow where it was chosen last."""
        from micrograd_gui.app.notebooks.live import present

        self._documents.open_source(OpenedGraph(link.found.graph, title=link.title))
        self.link = link
        if sentence := present(self._context.session, link.found):
            self._context.say(sentence)
        link.let_go()
        self.follow(self._context.settings.refresh_after_cells if follow is None else follow)

    def refresh(self, *, asked: bool = True) -> None:
        """Show what the notebook has changed since; raises Refusal. Nobody has ``asked`` after a cell."""
        from micrograd_gui.app.notebooks.live import refresh

        if self.link is None:
            raise Refusal(tr("This window shows no live values: open them by micrograd_gui.show(value)."))
        before = self._context.session.state.graph
        sentence = refresh(self._context.session, self.link, asked=asked)
        if self._context.session.state.graph is not before:
            self._see()
        if sentence:
            self._context.say(sentence)

    def follow(self, on: bool) -> None:
        """Refresh after each cell from now on, or no longer; without cells there is nothing to follow."""
        if on and self.can_follow:
            self._cells.start()
        else:
            self._cells.stop()
        self.changed.emit()

    def switch(self) -> None:
        """The other way round, which is remembered; what the cells have changed before is shown at once."""
        on = not self.following
        self._context.settings.refresh_after_cells = on
        self.follow(on)
        if on:
            self.refresh()
        else:
            self._context.say(tr("The cells no longer refresh this window: F4 does."))

    def _after_cell(self) -> None:
        self._context.bridge.attempt(partial(self.refresh, asked=False))

    def _on_changed(self, old: State, new: State) -> None:
        """Another document that is opened here is never overwritten by what a notebook has."""
        if self.link is not None and not new.same_document(old):
            self.link = None
            self.follow(False)


class _AfterCells:
    """A function that IPython calls after each cell, while it is on."""

    def __init__(self, run: Callable[[], object]) -> None:
        self._run = run
        self._shell: Any = None  # whose cells these are

    @property
    def on(self) -> bool:
        return self._shell is not None

    def start(self) -> None:
        if self._shell is None and (shell := shell_of_cells()) is not None:
            shell.events.register("post_run_cell", self._after)
            self._shell = shell

    def stop(self) -> None:
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._after)
            self._shell = None

    def _after(self, *_: object) -> None:
        self._run()
