"""The actions: one row each; menus, toolbars and the list of keys are made from the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QMenu, QToolBar, QToolButton

from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.files import documents
from micrograd_gui.session.record import leaf_data
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Frame
from micrograd_gui.views.canvas.paint import paint_into
from micrograd_gui.views.canvas.picture import picture_of_graph
from micrograd_gui.views.expression_line import ExpressionLine, HLine
from micrograd_gui.views.theme import Look

if TYPE_CHECKING:
    from micrograd_gui.app.window import MainWindow
if TYPE_CHECKING:
    from micrograd_gui.app.arrangement import Panes
    from micrograd_gui.app.window import MainWindow


Keys = tuple[str | QKeySequence.StandardKey, ...]
Std = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Action:
    """One action: objectName, text, keys, what it does, when it applies, one sentence about it."""

    name: str
    text: str
    keys: Keys
    run: Callable[[MainWindow], object]
    applies: Callable[[State], bool]
    tip: str
    toggles: bool = False


def _always(state: State) -> bool:
    return True


def _nodes(state: State) -> bool:
    return bool(state.graph.nodes)


def _selection(state: State) -> bool:
    return bool(state.selection)


def _ready_for_backward(state: State) -> bool:
    return state.graph.target is not None and not state.blocked


def _forward_possible(state: State) -> bool:
    return any(not node.is_leaf for node in state.graph)


def _later(state: State) -> bool:
    return state.following is not None


def _earlier(state: State) -> bool:
    return state.cursor > 0


FILE: tuple[Action | None, ...] = (
    Action("new", "&New", (Std.New,), lambda w: w.documents.new(), _always, "An empty document."),
    Action("open", "&Open…", (Std.Open,), lambda w: w.documents.ask_open(), _always,
        "Open a graph: a .micrograd file, DOT, or a picture made here."),
    Action("refresh", "Re&fresh", ("F4",), lambda w: w.refresh(), _always,
        "Show what a notebook has changed in the live values that this window was opened on."),
    None,
    Action("save", "&Save", (Std.Save,), lambda w: w.documents.save(),
        lambda s: s.unsaved or s.path is None, "Save the graph to its file."),
    Action("save_as", "Save &as…", (Std.SaveAs,), lambda w: w.documents.ask_save(), _always,
        "Save the graph to another file."),
    Action("export", "&Export the graph…", ("Ctrl+E",), lambda w: w.export(), _nodes,
        "Save this moment, or the whole pass, as a picture, a player, or code."),
    Action("copy_picture", "Copy the pi&cture", ("Ctrl+Shift+C",), lambda w: w.copy_picture(), _nodes,
        "This moment's picture to the clipboard, as PNG and SVG."),
    Action("export_plot", "Export the &plot…", ("Ctrl+Shift+E",), lambda w: w.documents.ask_export_plot(),
        _nodes, "Save the plot as SVG or PNG."),
    None,
    Action("quit", "&Quit", (Std.Quit, "Ctrl+Q"), lambda w: w.close(), _always, "Close the window."),
)  # fmt: skip
EDIT: tuple[Action | None, ...] = (
    Action("undo", "&Undo", (Std.Undo,), lambda w: w.session.undo(),
        lambda s: s.history.undo_name is not None, "Take back the last edit."),
    Action("redo", "&Redo", (Std.Redo, "Ctrl+Y"), lambda w: w.session.redo(),
        lambda s: s.history.redo_name is not None, "Do again what was taken back."),
    None,
    Action("copy", "&Copy", (Std.Copy,), lambda w: w.clipboard_copy(), _selection,
        "Copy the selected nodes."),
    Action("paste", "&Paste", (Std.Paste,), lambda w: w.clipboard_paste(), _always,
        "Put copied nodes, an expression, or a cell of the lecture into the graph."),
    Action("duplicate", "D&uplicate", ("Ctrl+D",), lambda w: w.duplicate(), _selection,
        "The selected nodes a second time."),
    Action("delete", "&Delete", ("Del", "Backspace"), lambda w: w.session.delete(), _selection,
        "The selected nodes and their wires go."),
    Action("select_all", "Select &all", (Std.SelectAll,), lambda w: w.session.select_all(), _nodes,
        "Select every node."),
    None,
    Action("rename", "Re&name", ("F2",), lambda w: w.edit_label(), lambda s: s.selected is not None,
        "Give the selected node another name."),
    Action("set_value", "Set &value", (), lambda w: w.edit_value(),
        lambda s: s.selected is not None and s.graph.nodes[s.selected].holds_number,
        "Type the selected leaf's number."),
    Action("mark_input", "Mark as &input", ("Ctrl+I",), lambda w: w.mark("input"),
        lambda s: _leaves_selected(s),
        "The selected leaf is fixed data."),
    Action("mark_parameter", "Mark as &parameter", ("Ctrl+P",), lambda w: w.mark("parameter"),
        lambda s: _leaves_selected(s), "The selected leaf is what training changes."),
    Action("make_target", "Make &target", ("G",), lambda w: w.session.set_target(w.session.state.selected),
        lambda s: s.selected is not None, "The backward pass starts at the selected node."),
)  # fmt: skip
VIEW: tuple[Action | None, ...] = (
    Action("tidy", "&Tidy up", ("Ctrl+L",), lambda w: w.tidy(), _nodes, "Lay the graph out with Graphviz."),
    Action("fit", "&Fit", ("Ctrl+0",), lambda w: w.canvas.fit(), _nodes, "Bring the whole graph into view."),
    Action("zoom_in", "Zoom &in", ("Ctrl++", "Ctrl+="), lambda w: w.canvas.zoom_in(), _always,
        "Come nearer."),
    Action("zoom_out", "Zoom &out", ("Ctrl+-",), lambda w: w.canvas.zoom_out(), _always, "Go further away."),
    None,
    Action("text_larger", "Text &larger", ("Ctrl+Alt++", "Ctrl+Alt+="), lambda w: w.appearance.larger(),
        _always, "All text larger."),
    Action("text_smaller", "Text &smaller", ("Ctrl+Alt+-",), lambda w: w.appearance.smaller(),
        _always, "All text smaller."),
    Action("theme", "&Dark or light", ("F9",), lambda w: w.appearance.other_theme(), _always,
        "Change between the dark and the light theme."),
    None,
    Action("projector", "&Projector", ("F11",), lambda w: w.projector.toggle(), _always,
        "For a hall: large text, only the canvas, the step card and the plot. Esc leaves."),
)  # fmt: skip
DEBUG: tuple[Action | None, ...] = (
    Action("forward", "&Forward", ("F5",), lambda w: w.session.forward(), _forward_possible,
        "Run forward: compute every node."),
    Action("forward_step", "Forward &step", ("F6",), lambda w: w.session.forward_step(), _forward_possible,
        "Compute one more node."),
    None,
    Action("backward_step", "&Backward step", ("F10", "B"), lambda w: w.session.backward_step(),
        _ready_for_backward, "One move of the backward pass: through one op node."),
    Action("backward", "Back&ward", ("Ctrl+F10",), lambda w: w.session.backward(), _ready_for_backward,
        "The whole backward pass."),
    Action("zero_grad", "&Zero grad", ("Z",), lambda w: w.session.zero_grad(),
        lambda s: s.computed and bool(s.frame.grad),
        "Set every gradient to 0, before a further backward pass."),
    None,
    Action("next", "&Next", ("PgDown", "Right"), lambda w: w.session.next(), _later, "One moment later."),
    Action("previous", "&Previous", ("PgUp", "Left"), lambda w: w.session.previous(), _earlier,
        "One moment earlier."),
    Action("first", "F&irst", ("Home",), lambda w: w.session.first(), _earlier, "Before the first step."),
    Action("last", "&Last", ("End",), lambda w: w.session.last(), _later, "After the last recorded step."),
    None,
    Action("nudge", "Nudge by &h", ("H",), lambda w: w.nudge(), lambda s: s.selected is not None,
        "Move the selected node by h and see what the target does."),
    Action("sides", "Nudge to one &side", ("Shift+H",), lambda w: w.other_sides(), _always,
        "Nudge to one side, as in the lecture, or to both (central).", toggles=True),
    Action("check_all", "&Check all gradients", ("F7",), lambda w: w.check_all(),
        lambda s: s.graph.target is not None, "The numeric slope of every node beside the analytic one."),
)  # fmt: skip
TRAIN: tuple[Action | None, ...] = (
    Action("train_step", "Train &one step", ("T",), lambda w: w.session.train_step(),
        lambda s: _learnable(s) and not s.is_training,
        "One step of gradient descent over the rows: forward, backward, update."),
    Action("train", "&Train", ("Ctrl+T",), lambda w: w.learning.toggle(), lambda s: _learnable(s),
        "Let the graph train, step after step; the same again, or Esc, and it rests.", toggles=True),
    Action("rewind", "&Rewind", ("Ctrl+R",), lambda w: w.session.rewind(), lambda s: s.training is not None,
        "The parameters go back to where training began."),
    None,
    Action("update", "&Update", ("U",), lambda w: w.session.update(),
        lambda s: bool(s.graph.parameters) and not s.blocked and not s.is_training,
        "p.data −= rate × p.grad for every parameter, as a step of the run that can be gone back over."),
    None,
    Action("open_rows", "Rows from a &CSV file…", (), lambda w: w.learning.ask_open_rows(), _nodes,
        "Read the rows that the graph learns from."),
    Action("save_rows", "&Save the rows…", (), lambda w: w.learning.ask_save_rows(), lambda s: _has_rows(s),
        "Put the rows into a CSV file."),
)  # fmt: skip
HELP: tuple[Action | None, ...] = (
    Action("keys", "&Keys", ("F1",), lambda w: w.show_keys(), _always, "All keys and gestures."),
    Action("about", "&About", (), lambda w: w.show_about(), _always, "What this is."),
)
MENUS: tuple[tuple[str, tuple[Action | None, ...]], ...] = (
    ("&File", FILE), ("&Edit", EDIT), ("&View", VIEW), ("&Debug", DEBUG), ("&Train", TRAIN), ("&Help", HELP),
)  # fmt: skip


def rows() -> tuple[Action, ...]:
    """Every action, in the order of the menus."""
    return tuple(row for _, menu in MENUS for row in menu if row is not None)


def made(row: Action, window: MainWindow) -> QAction:
    """The row as a QAction of the window; a Refusal of its verb goes to the status bar."""
    action = QAction(row.text, window)
    action.setObjectName(row.name)
    action.setCheckable(row.toggles)
    keys: list[QKeySequence] = []
    for key in row.keys:
        bound = (
            QKeySequence.keyBindings(key)
            if isinstance(key, QKeySequence.StandardKey)
            else [QKeySequence(key)]
        )
        keys.extend(each for each in bound if each not in keys)
    action.setShortcuts(keys)
    shown = f" ({keys[0].toString(QKeySequence.SequenceFormat.NativeText)})" if keys else ""
    action.setToolTip(row.tip + shown)
    action.setStatusTip(row.tip)
    action.triggered.connect(lambda: window.bridge.attempt(row.run, window))
    return action


def _has_rows(state: State) -> bool:
    return state.graph.data is not None and bool(state.graph.data.rows)


def _learnable(state: State) -> bool:
    graph = state.graph
    return _has_rows(state) and graph.target is not None and bool(graph.parameters)


def _leaves_selected(state: State) -> bool:
    return bool(state.selection) and all(state.graph.nodes[number].is_leaf for number in state.selection)


THUMBNAIL = QSize(120, 56)
SHORT_TEXT = {"previous": "◀", "next": "▶", "forward": "▶  Forward", "check_all": "✓ Check all",
              "tidy": "Tidy", "nudge": "Nudge by h", "zero_grad": "Zero grad"}  # fmt: skip
FILLED = {"forward": "data", "backward_step": "grad"}


class Menus:
    """The window's menus; it keeps the actions and shows which of them apply."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.actions: dict[str, QAction] = {}
        self._rows = [row for _, menu in MENUS for row in menu if row is not None]
        for title, rows in MENUS:
            menu = window.menuBar().addMenu(title)
            menu.setToolTipsVisible(True)
            for row in rows:
                if row is None:
                    menu.addSeparator()
                    continue
                action = made(row, window)
                self.actions[row.name] = action
                menu.addAction(action)
                window.addAction(action)  # its keys work where the menu is hidden, too: in a hall
            if title == "&File":
                self.recent = QMenu("Open &recent", window)
                menu.insertMenu(self.actions["save"], self.recent)
            elif title == "&View":
                menu.addSeparator()
                self.panes = menu.addMenu("P&anes")
            elif title == "&Train":
                self.examples = window.menuBar().addMenu("E&xamples")
        self.examples.aboutToShow.connect(self._show_thumbnails)
        for example in documents.examples():
            action = self.examples.addAction(example.title)
            action.setObjectName(f"example_{example.name}")
            action.setStatusTip(example.sentence)
            action.setToolTip(example.sentence)
            action.triggered.connect(lambda _=False, name=example.name: window.documents.choose_example(name))
        self.show_recent()

    def add_panes(self, panes: Panes) -> None:
        """Each pane can be closed and brought back from the View menu."""
        for dock in panes.docks.values():
            self.panes.addAction(dock.toggleViewAction())
        self.panes.addSeparator()
        self.panes.addAction("&Arrange as at first", panes.arrange_as_at_first)

    def show_applying(self) -> None:
        """Enable what can be done now, and say what undo would take back."""
        state = self.window.session.state
        for row in self._rows:
            self.actions[row.name].setEnabled(row.applies(state))
        for name, what in (("undo", state.history.undo_name), ("redo", state.history.redo_name)):
            self.actions[name].setText(f"&{name.title()} {what}" if what else f"&{name.title()}")

    def show_recent(self) -> None:
        """The recent files, newest first."""
        self.recent.clear()
        for path in self.window.settings.recent:
            action = self.recent.addAction(path.name)
            action.setStatusTip(str(path))
            action.triggered.connect(
                lambda _=False, path=path: self.window.documents.choose_recent(Path(path))
            )
        self.recent.setEnabled(not self.recent.isEmpty())

    def _show_thumbnails(self) -> None:
        ratio = self.window.devicePixelRatioF()
        for action in self.examples.actions():
            graph = arranged(documents.load_example(action.objectName().removeprefix("example_")))
            pixmap = QPixmap(THUMBNAIL * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            target = QRectF(0, 0, THUMBNAIL.width(), THUMBNAIL.height())
            paint_into(painter, target, picture_of_graph(graph, Frame(leaf_data(graph))), self.window.look)
            painter.end()
            action.setIcon(QIcon(pixmap))


def tool_button(bar: QToolBar, action: QAction) -> QToolButton:
    """The action as a button of the bar, with its short text."""
    bar.addAction(action)
    button = bar.widgetForAction(action)
    assert isinstance(button, QToolButton)
    name = action.objectName()
    if name in SHORT_TEXT:
        button.setText(SHORT_TEXT[name])
        action.changed.connect(lambda: button.setText(SHORT_TEXT[name]))
    button.setProperty("fill", FILLED.get(name, ""))
    button.setAccessibleName(action.text().replace("&", ""))
    button.setObjectName(f"button_{name}")
    return button


RUN = ("forward", "backward_step", "backward", "zero_grad", "previous", "next")
NARROW = 1340  # pixels at text scale 1: below this the tools stand in two rows


class Toolbars:
    """Makes the toolbars of a window from its actions."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        actions = window.menus.actions
        self.run, self.measure = self._bar("run", "Run"), self._bar("measure", "Measure and build")
        for name in RUN:
            tool_button(self.run, actions[name])
        tool_button(self.measure, actions["nudge"])
        self.h_line = HLine(window.bridge)
        self.measure.addWidget(QLabel("h ="))
        self.measure.addWidget(self.h_line)
        tool_button(self.measure, actions["sides"])
        tool_button(self.measure, actions["check_all"])
        self.expression_line = ExpressionLine(window.bridge, window.build)
        self.measure.addSeparator()
        self.measure.addWidget(self.expression_line)
        tool_button(self.measure, actions["tidy"])
        self.set_look(window.look)

    def _bar(self, name: str, title: str) -> QToolBar:
        bar = QToolBar(title, self.window)
        bar.setObjectName(f"toolbar_{name}")
        bar.setMovable(False)
        self.window.addToolBar(bar)
        return bar

    def set_look(self, look: Look) -> None:
        """Give the fields the room that the size of the text needs."""
        self.h_line.setFixedWidth(look.px(84))
        self.expression_line.setMinimumWidth(look.px(220))

    def follow_width(self) -> None:
        """The window has another width, or the text another size."""
        window = self.window
        narrow = window.width() < NARROW * window.look.scale
        if narrow and not window.toolBarBreak(self.measure):
            window.insertToolBarBreak(self.measure)
        elif not narrow and window.toolBarBreak(self.measure):
            window.removeToolBarBreak(self.measure)
