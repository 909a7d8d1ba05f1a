"""The panes: every view of the graph, as docks around the canvas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget
from shiboken6 import isValid

from micrograd_gui.app.settings import Settings
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.gradients import Gradients
from micrograd_gui.views.palette import OpPalette
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.rendered_graph import RenderedGraph
from micrograd_gui.views.step_card import StepCard
from micrograd_gui.views.theme import DARK, LIGHT, THEMES, Look, load_fonts, palette, style_sheet

if TYPE_CHECKING:
    from micrograd_gui.app.window import MainWindow
    from micrograd_gui.views.data.pane import DataPane
    from micrograd_gui.views.training_panel import TrainingPanel
if TYPE_CHECKING:
    from micrograd_gui.app.window import MainWindow


LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
LEARNING = ("training", "data")
TABLE = 400  # pixels that the gradients table and the training pane need
LOW = 750  # pixels at text scale 1: a lower window has no room for two panes under the canvas


class Panes:
    """Makes the views, and arranges them.

    As long as nobody has ``touched`` the arrangement, it follows the size of the window.
    """

    def __init__(self, window: MainWindow, look: Look) -> None:
        self.window = window
        bridge = window.bridge
        self.canvas = CanvasView(bridge, look, window)
        self.palette = OpPalette(look)
        self.step_card = StepCard(bridge, look)
        self.rendered_graph = RenderedGraph(bridge, look)
        self.plot = PlotPane(bridge, look)
        self.gradients = Gradients(bridge, look)
        self.learning_built: Callable[[TrainingPanel, DataPane], object] | None = None
        self._learns = False
        window.setCentralWidget(self.canvas)
        window.setDockNestingEnabled(True)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        bridge.changed.connect(self._on_changed)
        self.touched = False
        self._arranging = True
        self.docks: dict[str, QDockWidget] = {}
        self._dock("palette", "Drop a node", self.palette, LEFT)
        self._dock("step_card", "Step", self.step_card, BOTTOM)
        self._dock("rendered_graph", "Rendered graph", self.rendered_graph, BOTTOM)
        self._dock("plot", "Plot", self.plot, RIGHT)
        self._dock("gradients", "Gradients", self.gradients, RIGHT)
        self._dock("training", "Training", None, RIGHT)
        self._dock("data", "Data", None, RIGHT)
        for name in LEARNING:
            self.docks[name].visibilityChanged.connect(self._on_learning_shown)

    @cached_property
    def _learning(self) -> tuple[TrainingPanel, DataPane]:
        """The panes of a document that learns; built when they are first needed, which may be never."""
        from micrograd_gui.views.data.pane import DataPane
        from micrograd_gui.views.training_panel import TrainingPanel

        bridge, look = self.window.bridge, self.window.look
        built = TrainingPanel(bridge, look), DataPane(bridge, look)
        for name, pane in zip(LEARNING, built, strict=True):
            self.docks[name].setWidget(pane)
        if self.learning_built is not None:
            self.learning_built(*built)
        return built

    @property
    def training(self) -> TrainingPanel:
        return self._learning[0]

    @property
    def data(self) -> DataPane:
        return self._learning[1]

    def _on_learning_shown(self, shown: bool) -> None:
        if shown and isValid(self.window):
            self._learning  # noqa: B018  # builds it

    def _dock(self, name: str, title: str, pane: QWidget | None, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title, self.window)
        dock.setObjectName(f"dock_{name}")
        if pane is not None:
            dock.setWidget(pane)
        self.window.addDockWidget(area, dock)
        self.docks[name] = dock
        for moved in (dock.toggleViewAction().toggled, dock.topLevelChanged, dock.dockLocationChanged):
            moved.connect(self._on_moved)

    def _on_moved(self) -> None:
        gone = not isValid(self.window)  # panes are hidden, too, while the window is being destroyed
        if not gone and not self._arranging and self.window.isVisible():
            self.touched = True

    def follow_size(self) -> None:
        """The window has another size."""
        if not self.touched and self.window.isVisible():
            self.arrange_as_at_first()

    def set_look(self, look: Look) -> None:
        """Draw every pane in that look."""
        title = look.font()
        title.setKerning(False)  # unlike the application's font: else Qt writes titles in that of the start
        for dock in self.docks.values():
            dock.setFont(title)
        for pane in (
            self.canvas,
            self.palette,
            self.step_card,
            self.rendered_graph,
            self.plot,
            self.gradients,
            *self.__dict__.get("_learning", ()),
        ):
            pane.set_look(look)

    def arrange_as_at_first(self) -> None:
        """Every pane where it is at the first start."""
        self._arranging = True
        self._place()
        self.touched = False
        self._arranging = not self.window.isVisible()  # being shown for the first time is no touch

    def _place(self) -> None:
        window, docks = self.window, self.docks
        for name, dock in docks.items():
            dock.setFloating(False)
            dock.setVisible(self._learns or name not in LEARNING)
        window.addDockWidget(LEFT, docks["palette"])
        window.addDockWidget(BOTTOM, docks["step_card"])
        window.addDockWidget(RIGHT, docks["plot"])
        window.splitDockWidget(docks["plot"], docks["gradients"], Qt.Orientation.Vertical)
        for name in LEARNING:
            window.tabifyDockWidget(docks["gradients"], docks[name])
        if window.height() < LOW * window.look.scale:
            window.tabifyDockWidget(docks["gradients"], docks["rendered_graph"])
        else:
            window.splitDockWidget(docks["step_card"], docks["rendered_graph"], Qt.Orientation.Vertical)
        docks["training" if self._learns else "gradients"].raise_()
        width, height = window.width(), window.height()
        right = max(round(width * 0.3), TABLE)
        self._resize(Qt.Orientation.Horizontal, palette=window.look.px(150), plot=right)
        self._resize(Qt.Orientation.Vertical, step_card=window.look.px(130), rendered_graph=height // 5)
        self._share_height()

    def _share_height(self) -> None:
        """What learns shows two plots, one above the other."""
        plot, below = (0.56, 0.32) if self._learns else (0.48, 0.4)
        height = self.window.height()
        self._resize(Qt.Orientation.Vertical, plot=round(height * plot), gradients=round(height * below))

    def _on_changed(self, old: State, new: State) -> None:
        """A graph that is given its first rows begins to learn; of another document, its opening decides."""
        first = new.same_document(old) and old.graph.data is None and new.graph.data is not None
        if first and self.docks["data"].isHidden() and not self.window.projector.on:
            self.show_learning(True)

    def show_learning(self, learns: bool) -> None:
        """A document that learns has its training and its rows beside the gradients."""
        was, self._learns = self._learns, learns
        before, self._arranging = self._arranging, True
        if learns:
            self._on_learning_shown(True)
            for name in LEARNING:
                self.docks[name].show()
            rows = self.window.session.state.graph.data
            self.docks["data" if rows is None else "training"].raise_()
            if not self.touched:
                self._share_height()
        elif was and not self.touched:
            for name in LEARNING:
                self.docks[name].hide()
        self._arranging = before

    def arrange_for_hall(self) -> None:
        """Only the step card under the canvas, and the plot at the right third."""
        for name, dock in self.docks.items():
            dock.setTitleBarWidget(QWidget(dock))  # an empty one: no title
            dock.setVisible(name in ("step_card", "plot"))
        self.share_hall()

    def share_hall(self) -> None:
        """The plot and the card have their shares of a hall's window."""
        self._resize(Qt.Orientation.Horizontal, plot=self.window.width() // 3)
        self._resize(Qt.Orientation.Vertical, step_card=self.window.height() // 5)

    def give_titles_back(self) -> None:
        """Every dock has Qt's own title bar again."""
        for dock in self.docks.values():
            empty = dock.titleBarWidget()
            dock.setTitleBarWidget(None)  # type: ignore[arg-type]  # the stubs do not know that None is allowed
            if empty is not None:
                empty.deleteLater()

    def _resize(self, direction: Qt.Orientation, **sizes: int) -> None:
        self.window.resizeDocks([self.docks[name] for name in sizes], list(sizes.values()), direction)


STEP = 1.125
SETTLING = 200  # milliseconds that a window manager may take to resize a window
SMALLEST, LARGEST = 0.75, 3.0
ROOM = 800  # pixels of a window's width that text at scale 1 needs


def first_look(settings: Settings) -> Look:
    """The look that was chosen last; at the first start, the desktop's light or dark."""
    load_fonts()
    desktop = QGuiApplication.styleHints().colorScheme()
    fallback = DARK if desktop == Qt.ColorScheme.Dark else LIGHT
    return Look(THEMES.get(settings.theme, fallback), settings.text_scale)


class Appearance:
    """Changes the window's look."""

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        self.window = window
        self.settings = settings

    def other_theme(self) -> None:
        self.use_theme("light" if self.window.look.theme.dark else "dark")

    def use_theme(self, name: str) -> None:
        """ "light" or "dark"."""
        self.settings.theme = name
        self.window.set_look(replace(self.window.look, theme=THEMES[name]))

    def larger(self) -> None:
        self.use_scale(self.window.look.scale * STEP)

    def smaller(self) -> None:
        self.use_scale(self.window.look.scale / STEP)

    def use_scale(self, scale: float) -> None:
        """All text at that multiple of its first size; in a hall for as long as that lasts."""
        if self.window.projector.on:
            self.window.projector.use_scale(scale)
            return
        room = max(1.0, self.window.width() / ROOM)
        kept = min(LARGEST, room, max(SMALLEST, scale))
        if kept < min(scale, LARGEST):
            self.window.say("The window has no room for larger text.")
        self.settings.text_scale = kept
        self.window.set_look(replace(self.window.look, scale=kept))


def dress_application(look: Look) -> None:
    """Fusion, the theme's palette, the program's font and style sheet, for every window."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(look.theme))
    app.setFont(look.font())
    app.setStyleSheet(style_sheet(look))


class Projector:
    """F11: for a hall. The canvas, the step card and the plot stay; Esc brings the rest back."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self._before: tuple[QByteArray, Look, bool] | None = None
        self._touched = False
        self.escape = QShortcut(QKeySequence("Esc"), window, self.leave)
        self.escape.setEnabled(False)

    @property
    def on(self) -> bool:
        return self._before is not None

    def toggle(self) -> None:
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        window = self.window
        self._before = (window.saveState(), window.look, window.isFullScreen())
        self.escape.setEnabled(True)
        self._touched, window.panes.touched = window.panes.touched, True
        for chrome in window.chrome():
            chrome.hide()
        window.showFullScreen()
        window.set_look(window.look.in_hall(window.height()))
        window.panes.arrange_for_hall()
        window.canvas.fit()

    def use_scale(self, scale: float) -> None:
        """All text at that multiple of its first size, but no smaller than the back row can read."""
        look = self.window.look
        least = replace(look, scale=SMALLEST).in_hall(self.window.height()).scale
        chosen = max(least, min(scale, LARGEST))
        if chosen != look.scale:
            self.window.set_look(replace(look, scale=chosen))
        self.window.panes.share_hall()

    def follow_size(self) -> None:
        """A window manager makes the window as large as the screen some time after it was asked to."""
        if self.on:
            self.use_scale(self.window.look.scale)

    def leave(self) -> None:
        if self._before is None:
            return
        window = self.window
        docks, look, was_full = self._before
        self._before = None
        self.escape.setEnabled(False)
        window.panes.give_titles_back()
        window.menuBar().show()
        window.statusBar().show()
        if not was_full:
            window.showNormal()
        window.set_look(replace(window.look, scale=look.scale, projector=False))
        window.restoreState(docks)
        window.canvas.fit()
        QTimer.singleShot(SETTLING, window, lambda: self._settled(docks))

    def _settled(self, docks: QByteArray) -> None:
        """The window manager has given the window its old size: the panes get their old shares of it."""
        if not self.on:
            self.window.restoreState(docks)
            self.window.panes.touched = self._touched
            self.window.canvas.fit()
