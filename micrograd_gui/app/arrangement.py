"""The arrangement of the window: the panes as docks around the canvas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QLayout, QMainWindow, QToolBar, QVBoxLayout, QWidget
from shiboken6 import isValid

from micrograd.language import tr, trc
from micrograd_gui.app.tabs import tend_tabs
from micrograd_gui.views.background import later, load_by_turns
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.gradients import Gradients
from micrograd_gui.views.palette import OpPalette
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.rendered_graph import RenderedGraph
from micrograd_gui.views.step_card import StepCard
from micrograd_gui.views.theme import Look
from micrograd_gui.views.timeline import Timeline

if TYPE_CHECKING:
    from micrograd_gui.document.marks import Sight
    from micrograd_gui.views.data.pane import DataPane
    from micrograd_gui.views.lab.panes import LatePane
    from micrograd_gui.views.lab.predict_line import PredictLine
    from micrograd_gui.views.training.panel import TrainingPanel


LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
LEARNING = ("training", "data")
TABLE, AT_MOST = 400, 0.4  # pixels that the table of gradients needs; the most of a window beside the canvas
NARROW = 1200  # pixels at text scale 1: a narrower window has no room for panes beside the canvas
TITLE, RENDERED = 30, 226  # pixels at text scale 1: the title of a pane; with it, four legible rows
CARD = 130  # pixels at text scale 1: the height of a step
BESIDE_CARD = 0.42  # of the width of a window, where the pane beside the card or the canvas has that share
LOW = 750  # pixels at text scale 1: a lower window has no room for two panes under the canvas
LOW_LEARNING = 830  # the same where the canvas has a network, and below it which of its rows that is
TIGHT = 560  # pixels at text scale 1: a lower window has room for one pane under the canvas
BOTH = 950  # pixels at text scale 1: in a lower window a question takes the room of the rendered graph
ASKED = 500  # pixels at text scale 1: a lower window has no room for a question and a pane under the canvas
TOOLS_HIGH = 47  # pixels at text scale 1: a row of tools, of which a longer language needs two
TOOLS, LESSON = 150, 340  # pixels at text scale 1 of the width of the palette, and of a lesson
SOUGHT = (  # what is loaded for panes that are found by their names before anybody sees them
    "views.canvas.hall.cards", "views.canvas.hall.overview", "session.explain.moments", "views.moments",
    "session.asking.ledger", "session.asking.ledger_words", "session.asking.paths",
    "session.asking.paths_words", "views.canvas.layers.paths", "views.lab.rows", "views.lab.ledger",
)  # fmt: skip
SOUGHT_AFTER = 200  # milliseconds, when the first paint is over


class Panes(QObject):
    """Makes the views, and arranges them. ``training`` and ``data`` are there once they were needed.

    As long as nobody has ``touched`` the arrangement, it follows the size of the window.
    Signal: ``learning_built(training, data)``.
    """

    learning_built = Signal(object, object)

    def __init__(self, window: QMainWindow, bridge: Bridge, look: Look) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._look = look
        self.touched = False
        self._arranging = True
        self._arranged_for = QSize()
        self._lowest = False  # all panes are tabs beside the canvas, and a question has no room beside them
        self._away: list[QDockWidget] = []  # hidden while something is asked, the one that was seen last
        self._heights: dict[str, int] = {}  # of the panes below the canvas, before that
        self.docks: dict[str, QDockWidget] = {}
        stage = self.stage = QWidget(window)
        self.canvas = CanvasView(bridge, look, stage)
        self.timeline: Timeline = Timeline(bridge, look, stage)
        column = QVBoxLayout(stage)
        column.setSpacing(0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.timeline)
        window.setCentralWidget(stage)
        window.setDockNestingEnabled(True)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        # Docks before what is in them: whoever gets another parent is styled again, with all that it holds.
        self.palette = OpPalette(look, self._dock("palette", tr("Drop a node"), LEFT))
        self.step_card = StepCard(bridge, look, self._dock("step_card", trc("pane", "Step"), BOTTOM))
        rendered = self._dock("rendered_graph", tr("Rendered graph"), BOTTOM)
        self.rendered_graph = RenderedGraph(bridge, look, rendered)
        self.plot = PlotPane(bridge, look, self._dock("plot", trc("pane", "Plot"), RIGHT))
        self.gradients = Gradients(bridge, look, self._dock("gradients", trc("pane", "Gradients"), RIGHT))
        panes = (self.palette, self.step_card, self.rendered_graph, self.plot, self.gradients)
        for dock, pane in zip(self.docks.values(), panes, strict=True):
            dock.setWidget(pane)
        self._first: tuple[LatePane, ...] = (self.canvas, self.timeline, *panes)
        self._dock("training", trc("pane", "Training"), RIGHT)
        self._dock("data", trc("pane", "Data"), RIGHT)
        self.training: TrainingPanel | None = None
        self.data: DataPane | None = None
        self.late: dict[str, LatePane] = {}
        self.predict_line: PredictLine | None = None
        self._learns = False
        for name in LEARNING:
            self.docks[name].visibilityChanged.connect(self._on_learning_shown)

    def ensure_learning_panes(self) -> tuple[TrainingPanel, DataPane]:
        """The panes of a document that learns; built when they are first needed, which may be never."""
        if self.training is None or self.data is None:
            from micrograd_gui.views.data.pane import DataPane
            from micrograd_gui.views.lab.panes import Scrolled
            from micrograd_gui.views.training.panel import TrainingPanel

            self.training = TrainingPanel(self._bridge, self._look, self.docks["training"])
            self.data = DataPane(self._bridge, self._look, self.docks["data"])
            self.docks["training"].setWidget(self.training)
            self.docks["data"].setWidget(Scrolled(self.data, self.docks["data"]))
            self.learning_built.emit(self.training, self.data)
        return self.training, self.data

    def ensure(self, name: str) -> LatePane:
        """The pane of that name in `LATE_PANES`; made when it is first wanted, and hidden at first."""
        if name not in self.late:
            from micrograd_gui.views.lab.panes import LATE_PANES

            title, make = LATE_PANES[name]
            dock = self._dock(name, tr(title), RIGHT)
            pane = self.late[name] = make(self._bridge, self._look, dock)
            assert isinstance(pane, QWidget)
            dock.setWidget(pane)
            dock.hide()
        return self.late[name]

    def seen(self, of: Sight) -> Sight:
        """That sight of a document with what plot and canvas show of it, to be kept in its file."""
        middle, scale = self.canvas.eye or (None, None)
        return replace(of, plot=self.plot.kind, middle=middle, scale=scale)

    def toggle(self, name: str) -> bool:
        """That late pane is seen, before the gradients; where it is seen, it goes. Gives whether it is.

        A lesson stands before the palette: what it speaks of has to be seen beside it.
        """
        with self._at_its_size():
            pane, dock = self.ensure(name), self.docks[name]
        seen = not dock.isHidden() and not pane.visibleRegion().isEmpty()
        beside = self.docks["palette" if name == "lesson" else "gradients"]
        with self._at_its_size():
            dock.setVisible(not seen)
            if not seen:
                self._window.tabifyDockWidget(beside, dock)
        self.touched = True  # at the start, too, when nothing counts as a touch yet
        if not seen:
            dock.raise_()
            share = round(getattr(pane, "SHARE", 0.0) * self._window.height())
            if share and self._window.width() >= NARROW * self._look.scale:
                self.resize_docks(
                    Qt.Orientation.Vertical, plot=self._window.height() - share, **{name: share}
                )
        if name == "lesson":
            self.settle_lesson()
        later(self, self.tend_tabs)
        return not seen

    def settle_lesson(self) -> None:
        """A lesson has a column of its width; where it is not seen, the palette has its own."""
        seen = "lesson" in self.late and not self.docks["lesson"].isHidden()
        name, width = ("lesson", LESSON) if seen else ("palette", TOOLS)
        if self.docks["step_card"] in self._window.tabifiedDockWidgets(self.docks[name]):
            self._share_width()  # all are tabs
        else:
            self.resize_docks(Qt.Orientation.Horizontal, **{name: self._look.px(width)})
        later(self, self.tend_tabs)

    def ensure_predict_line(self) -> PredictLine:
        """The line below the canvas in which somebody predicts; made when it is first wanted."""
        if self.predict_line is None:
            from micrograd_gui.views.lab.predict_line import PredictLine

            Together(self._bridge, self).changed.connect(lambda *_: self.give_room())  # before it is shown
            self.predict_line = PredictLine(self._bridge, self.canvas, self._look, self.stage)
            column = self.stage.layout()
            assert isinstance(column, QVBoxLayout)
            column.insertWidget(column.indexOf(self.timeline), self.predict_line)
        return self.predict_line

    def give_room(self) -> None:
        """In a low window the rendered graph goes while somebody predicts, in the lowest all panes do."""
        asked, low = self._bridge.state.quiz is not None, self._window.height() < BOTH * self._look.scale
        if asked and low and not self._heights and not self._look.projector and self._window.isVisible():
            self._away = self._in_the_way()
            below = (self.docks["step_card"], *self._away)
            self._heights = {name: dock.height() for name, dock in self.docks.items() if dock in below}
            self._show_all(self._away, shown=False)
            if not self._lowest:  # the canvas has the room, not the step card
                self.resize_docks(Qt.Orientation.Vertical, step_card=self._look.px(CARD))
        elif not asked and self._heights:
            later(self, self._take_room_back)  # when the question has gone

    def _in_the_way(self) -> list[QDockWidget]:
        """The panes that leave the canvas too little room beside a question."""
        shown = [dock for dock in self.docks.values() if not dock.isHidden() and not dock.isFloating()]
        if self._lowest:
            return sorted(shown, key=lambda dock: not dock.visibleRegion().isEmpty())
        rendered = self.docks["rendered_graph"]
        below = self._window.dockWidgetArea(rendered) == BOTTOM
        alone = not self._window.tabifiedDockWidgets(rendered)
        return [rendered] if below and alone and rendered in shown else []

    def _take_room_back(self) -> None:
        if self._bridge.state.quiz is None and not self._look.projector:
            self.put_back()

    def put_back(self) -> None:
        """Every pane is where it was before the question, as the arrangement is kept."""
        if self._heights:
            self._show_all(self._away, shown=True)
            for last in self._away[-1:]:
                last.raise_()
            self._away.clear()
            if self._lowest:
                self._share_width()
                self.lay_out_at_once()
            else:
                self.resize_docks(Qt.Orientation.Vertical, **self._heights)
                self.lay_out_at_once()
                wanted = self._heights["step_card"]
                lacking = wanted - self.docks["step_card"].height()  # its tabs
                if lacking > 0:
                    self.resize_docks(Qt.Orientation.Vertical, step_card=wanted + lacking)
            self._heights = {}

    def _show_all(self, docks: list[QDockWidget], *, shown: bool) -> None:
        before, self._arranging = self._arranging, True
        for dock in docks:
            dock.setVisible(shown)
        self.lay_out_at_once()
        self._arranging = before

    def tend_tabs(self) -> None:
        """Qt's rows of tabs are of panes that there are, and tell all of them."""
        tend_tabs(self._window, self.docks.values())

    def training_speed(self) -> float:
        """Steps a second that are wanted; infinite: as many as there is time for."""
        return self.ensure_learning_panes()[0].speed

    def _on_learning_shown(self, shown: bool) -> None:
        if shown and isValid(self._window):
            self.ensure_learning_panes()

    def _dock(self, name: str, title: str, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock_{name}")
        self._window.addDockWidget(area, dock)
        self.docks[name] = dock
        for moved in (dock.toggleViewAction().toggled, dock.topLevelChanged, dock.dockLocationChanged):
            moved.connect(self._on_moved)
        return dock

    def _on_moved(self) -> None:
        gone = not isValid(self._window)  # panes are hidden, too, while the window is being destroyed
        if not gone and not self._arranging and self._window.isVisible():
            self.touched = True
            later(self, self.tend_tabs)

    def follow_size(self) -> None:
        """The window has another size."""
        if self.touched or not self._window.isVisible():
            return
        if self._arranging and self._window.size() == self._arranged_for:
            self._arranging = False  # shown for the first time, as large as it was arranged for
        else:
            self.arrange_as_at_first()

    def set_look(self, look: Look) -> None:
        """Draw every pane in that look; text of another size gets the arrangement that has room for it."""
        before, self._look = self._look, look
        title = look.font()
        title.setKerning(False)  # unlike the application's font: else Qt writes titles in that of the start
        for dock in self.docks.values():
            dock.setFont(title)
        for pane in (*self._first, self.training, self.data, self.predict_line, *self.late.values()):
            if pane is not None:
                pane.set_look(look)
        resized = before.scale != look.scale and not (before.projector or look.projector)
        if resized and not self.touched and self._window.isVisible():
            self.arrange_as_at_first()
        elif before.projector and not look.projector:
            later(self, self.give_room)  # somebody may have begun to predict in the hall, or left off

    def begin(self) -> None:
        """The window is about to be seen, and has the size for it."""
        if not self.touched:
            self.arrange_as_at_first()
        modules = [f"micrograd_gui.{each}" for each in SOUGHT]
        later(self, partial(load_by_turns, self, modules, self._make_sought), after=SOUGHT_AFTER)

    def _make_sought(self) -> None:
        """What programs and screen readers look for by its name, though nobody sees it yet."""
        from micrograd_gui.views.canvas.hall.overview import overview_of

        overview_of(self.canvas, self.canvas, lambda: self.canvas.motion_seconds())
        for name in ("moments", "ledger"):
            later(self, partial(self.ensure, name))

    def arrange_as_at_first(self) -> None:
        """Every pane where it is at the first start."""
        self._arranging = True
        with self.canvas.passing(), self._at_its_size():
            self._place()
        self._arranged_for, self.touched = self._window.size(), False
        later(self, self.tend_tabs)
        self._arranging = not self._window.isVisible()  # being shown for the first time is no touch

    @contextmanager
    def _at_its_size(self) -> Iterator[None]:
        """The window does not grow for what is half-way: Qt would give it the size, and leave it so."""
        layout = self._window.layout()
        assert layout is not None
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        try:
            yield
        finally:
            layout.setSizeConstraint(QLayout.SizeConstraint.SetDefaultConstraint)

    def _place(self) -> None:
        window, docks, look = self._window, self.docks, self._look
        self._away.clear()
        self._heights = {}
        for name, dock in docks.items():
            if dock.isFloating():  # else Qt would take it out and put it back
                dock.setFloating(False)
            dock.setVisible(name not in self.late and (self._learns or name not in LEARNING))
        window.addDockWidget(LEFT, docks["palette"])
        window.addDockWidget(BOTTOM, docks["step_card"])
        height, narrow = window.height(), window.width() < NARROW * look.scale
        self.step_card.be_low(low := narrow and height < TIGHT * look.scale)
        self._lowest = low and height < ASKED * look.scale
        if narrow:
            if low:
                self._place_beside()
            else:
                self._place_below()
            self.lay_out_at_once()
            self.give_room()
            return
        window.addDockWidget(RIGHT, docks["plot"])
        window.splitDockWidget(docks["plot"], docks["gradients"], Qt.Orientation.Vertical)
        for name in LEARNING:
            window.tabifyDockWidget(docks["gradients"], docks[name])
        if self._is_low():
            window.tabifyDockWidget(docks["gradients"], docks["rendered_graph"])
        else:
            window.splitDockWidget(docks["step_card"], docks["rendered_graph"], Qt.Orientation.Vertical)
        docks["training" if self._learns else "gradients"].raise_()
        self.resize_docks(Qt.Orientation.Horizontal, palette=look.px(TOOLS), plot=self._beside())
        rendered = max(height // 5, look.px(RENDERED))
        self.resize_docks(Qt.Orientation.Vertical, step_card=look.px(CARD), rendered_graph=rendered)
        self._share_height()

    def _is_low(self) -> bool:
        """Whether two panes under the canvas would leave it too little."""
        window, low = self._window, LOW_LEARNING if self._learns else LOW
        more_tools = sum(map(window.toolBarBreak, window.findChildren(QToolBar)))
        return window.height() - more_tools * self._look.px(TOOLS_HIGH) < low * self._look.scale

    def _beside(self) -> int:
        """The width of the panes beside the canvas: what the table needs, and what learns."""
        width, training = self._window.width(), self.training if self._learns else None
        learning = 0 if training is None else min(training.wanted_width(), round(width * AT_MOST))
        return max(round(width * 0.3), TABLE, learning)

    def _place_beside(self) -> None:
        """All panes are tabs beside a canvas that has the whole height: a low window has little of it."""
        window, docks = self._window, self.docks
        window.addDockWidget(RIGHT, docks["step_card"])
        for name in (each for each in docks if each not in ("step_card", *self.late)):
            window.tabifyDockWidget(docks["step_card"], docks[name])
        docks["step_card"].raise_()
        self._share_width()

    def _share_width(self) -> None:
        self.resize_docks(Qt.Orientation.Horizontal, step_card=round(self._window.width() * BESIDE_CARD))

    def _place_below(self) -> None:
        """All panes under a canvas that has the whole width, so that names can be read."""
        window, docks = self._window, self.docks
        window.splitDockWidget(docks["step_card"], docks["plot"], Qt.Orientation.Horizontal)
        for name in ("gradients", *LEARNING):
            window.tabifyDockWidget(docks["plot"], docks[name])
        window.tabifyDockWidget(docks["step_card"], docks["rendered_graph"])
        for name in ("plot", "step_card"):
            docks[name].raise_()
        below = max(TABLE, (window.width() - self._look.px(TOOLS)) // 2)
        self.resize_docks(Qt.Orientation.Horizontal, palette=self._look.px(TOOLS), plot=below)
        self.resize_docks(Qt.Orientation.Vertical, step_card=round(window.height() * 0.36))

    def _share_height(self) -> None:
        """The plot has what the table does not need; what learns shows two plots, one above the other."""
        if self._window.width() < NARROW * self._look.scale:
            return
        height = self._window.height()
        plot, below = 0.56, 0.32
        if not self._learns:
            below = min(0.4, max(0.2, (self.gradients.wanted_height() + self._look.px(TITLE)) / height))
            plot = 0.88 - below
        elif self._beside() > self.docks["plot"].width():
            self.resize_docks(Qt.Orientation.Horizontal, plot=self._beside())
        self.resize_docks(Qt.Orientation.Vertical, plot=round(height * plot), gradients=round(height * below))
        self.lay_out_at_once()

    def lay_out_at_once(self) -> None:
        """The panes are painted where they belong, not where splitting and tabs have left them."""
        if self._window.isVisible() and (layout := self._window.layout()) is not None:
            layout.activate()

    def show_learning(self, learns: bool) -> None:
        """A document that learns has its training and its rows beside the gradients."""
        was, low = self._learns, self._is_low()
        self._learns = learns
        if self._is_low() != low and not self.touched and self._window.isVisible():
            self.arrange_as_at_first()
        before, self._arranging = self._arranging, True
        if learns:
            self._on_learning_shown(True)
            for name in LEARNING:
                self.docks[name].show()
            self.docks["data" if self._bridge.state.graph.data is None else "training"].raise_()
            if not self.touched:
                self._share_height()
        elif not self.touched:
            if was:
                for name in LEARNING:
                    self.docks[name].hide()
            self._share_height()
        elif was and not (gradients := self.docks["gradients"]).isHidden():
            tabs = self._window.tabifiedDockWidgets(gradients)
            learning = [self.docks[name] for name in LEARNING if name in self.docks]
            if any(dock in tabs and not dock.visibleRegion().isEmpty() for dock in learning):
                gradients.raise_()
        self._arranging = before

    def resize_docks(self, direction: Qt.Orientation, **sizes: int) -> None:
        """The docks of those names have these sizes: pixels, so wide or so high.

        But for those that have no place in the window, as none that floats has; Qt warns of one that lost it.
        """
        there = {self.docks[name]: size for name, size in sizes.items()}
        for dock in [*there]:
            lost = self._window.dockWidgetArea(dock) == Qt.DockWidgetArea.NoDockWidgetArea
            if lost or dock.isFloating():
                del there[dock]
        self._window.resizeDocks(list(there), list(there.values()), direction)
