"""The classroom: lessons opened in the window, how far they have come, and panes hidden meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from micrograd.language import N_, tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.documents import Documents
from micrograd_gui.app.file_dialogs import ask_path
from micrograd_gui.document.errors import Refusal
from micrograd_gui.files.lessons import lessons, open_lesson
from micrograd_gui.session.lessons.following import Lessons
from micrograd_gui.session.lessons.goals import BUILDING
from micrograd_gui.session.lessons.lesson import Following
from micrograd_gui.session.lessons.reading import SUFFIX
from micrograd_gui.views.background import later
from micrograd_gui.views.bridge import Paced
from micrograd_gui.views.lab.lesson import LessonPane

if TYPE_CHECKING:
    from micrograd_gui.app.arrangement import Panes
    from micrograd_gui.app.hall.projecting import Projector
    from micrograd_gui.document.graph import Graph
    from micrograd_gui.session.state import State

SETTLED = 300  # milliseconds until the window has its size again after the hall
_KIND = N_("Lessons (*{suffix})")


class Classroom(QObject):
    """Made when the first lesson is wanted. The pane shows the State's lesson; this is what is around it.

    While a lesson goes on its graph is the lesson's: another lesson asks nothing before it opens. A graph of
    one's own is asked about, as before any other document, and so is one that was built where no step asked.
    """

    def __init__(
        self,
        context: Context,
        panes: Panes,
        documents: Documents,
        projector: Projector,
        lay_out: Callable[[], object],
    ) -> None:
        super().__init__(context.dialog_parent)
        self._context = context
        self._panes = panes
        self._documents = documents
        self._projector = projector
        self._lay_out = lay_out
        self._hidden: list[str] = []  # panes that were seen, and are not while the lesson goes on
        self._hiding: tuple[str, ...] = ()
        pane = panes.ensure("lesson")
        assert isinstance(pane, LessonPane)
        self.pane = pane
        pane.chosen.connect(self.choose)
        pane.left.connect(self._leave)
        pane.file_asked.connect(self._ask_file)
        pane.forgotten.connect(self._forget)
        pane.show_progress(context.settings.lessons)
        Paced(context.bridge, 150, self).changed.connect(self._on_changed)
        projector.switched.connect(self._on_projected)

    def toggle(self) -> None:
        """The pane is seen, in the hall beside the card; where it is seen, it goes."""
        if self._projector.on:
            self._projector.toggle_choice("lesson")
        else:
            self._panes.toggle("lesson")

    def choose(self, name: str | Path) -> None:
        """Begin the lesson of that name, or of a file, where it was left; after the question."""

        def begin() -> None:
            self._context.bridge.attempt(self.begin, name)

        here = self._context.session.state.lesson
        if here is not None and not _built_unasked(here, self._context.session.state.graph):
            begin()
        else:
            self._documents.unless_unsaved(begin)

    def begin(self, name: str | Path) -> None:
        """Begin it without a question; raises Refusal where it cannot be read."""
        lesson = open_lesson(name)
        at, done = self._context.settings.lessons.get(lesson.name, (0, False))
        if at >= len(lesson.steps):
            at = 0
        room = self._context.session.room(Lessons)
        try:
            room.begin(lesson, at, len(lesson.steps) if done else at)
        except Refusal:
            if at == 0:
                raise
            room.begin(lesson)  # its file has changed: what was done does not lead there any more
        if lesson.places_wanted or self._context.session.state.graph is not lesson.graph:
            self._lay_out()
        if not self.pane.isVisible():
            self.toggle()

    def add_to(self, offer: QMenu) -> None:
        """The lessons as a menu of that menu."""
        menu = offer.addMenu(tr("Lessons"))
        for entry in lessons():
            action = menu.addAction(tr(entry.title))
            action.setObjectName(f"lesson_{entry.name}")
            action.setStatusTip(tr(entry.sentence))
            action.triggered.connect(lambda _=False, name=entry.name: self.choose(name))

    def _leave(self) -> None:
        self._context.session.room(Lessons).leave()

    def _ask_file(self) -> None:
        parent, folder = self._context.dialog_parent, self._context.settings.folder
        ask_path(
            parent, tr("A lesson from a file"), tr(_KIND, suffix=SUFFIX), folder, self.choose, saving=False
        )

    def _forget(self) -> None:
        self._context.settings.lessons = {}
        self.pane.show_progress({})

    def _on_changed(self, old: State, new: State) -> None:
        here, before = new.lesson, old.lesson
        if here is before:
            return
        if here is not None and (before is None or _far(before) != _far(here)):
            self._keep(here)
        if (None if here is None else here.lesson) is not (None if before is None else before.lesson):
            self._hide_panes(here)
            if here is None:
                self.pane.show_progress(self._context.settings.lessons)

    def _on_projected(self, on: bool) -> None:
        """A lesson that goes on is seen in the hall, too."""
        here = self._context.bridge.state.lesson
        if on and here is not None:
            self._projector.choose("lesson")
        self._hide_panes(here)
        if not on and self.pane.isVisible():
            later(self, self._panes.settle_lesson, after=SETTLED)

    def _keep(self, here: Following) -> None:
        settings = self._context.settings
        kept = dict(settings.lessons)
        _, at = _far(here)
        over = at >= len(here.lesson.steps)
        done = over or kept.get(here.lesson.name, (0, False))[1]
        kept[here.lesson.name] = (0 if over else at, done)
        settings.lessons = kept

    def _hide_panes(self, here: Following | None) -> None:
        """The panes that the lesson hides go, and come back after it; a hall shows few anyway."""
        wanted: tuple[str, ...] = () if here is None or self._projector.on else tuple(here.lesson.text.hide)
        if self._projector.on:
            return
        for name in self._hiding:
            if name not in wanted:
                self._show(name, name in self._hidden)
        self._hidden = [name for name in self._hidden if name in wanted]
        for name in wanted:
            if name not in self._hiding and self._is_shown(name):
                self._hidden.append(name)
            self._hide(name)
        self._hiding = wanted

    def _is_shown(self, name: str) -> bool:
        if name == "timeline":
            return not self._panes.timeline.isHidden()
        return name in self._panes.docks and not self._panes.docks[name].isHidden()

    def _hide(self, name: str) -> None:
        if name == "timeline":
            self._panes.timeline.hide()
        elif name in self._panes.docks:
            self._panes.docks[name].hide()
            self._panes.docks[name].toggleViewAction().setEnabled(False)

    def _show(self, name: str, shown: bool) -> None:
        if name == "timeline":
            self._panes.timeline.setVisible(shown)
        elif name in self._panes.docks:
            self._panes.docks[name].toggleViewAction().setEnabled(True)
            self._panes.docks[name].setVisible(shown)


def _far(here: Following) -> tuple[str, int]:
    """Of which lesson how many steps are done, from its begin to where one is."""
    return here.lesson.name, here.at + here.reached


def _built_unasked(here: Following, graph: Graph) -> bool:
    """Whether somebody built in a lesson up to now of which no step asks for that."""
    steps = here.lesson.steps[: here.at + 1]
    asked = any(step.goal.conditions.keys() & BUILDING for step in steps)
    return not asked and graph.wiring is not here.lesson.graph.wiring
