"""The main window: the parts put together."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget

from micrograd_gui.app.actions import Menus, Toolbars
from micrograd_gui.app.arrangement import Appearance, Panes, Projector, dress_application, first_look
from micrograd_gui.app.blocks import BlockAdding
from micrograd_gui.app.documents import Documents, dropped_paths, open_dropped, read_source
from micrograd_gui.app.settings import Settings
from micrograd_gui.app.tidy import tidy
from micrograd_gui.app.training_loop import Learning
from micrograd_gui.document.catalogue import block_kind
from micrograd_gui.document.graph import Role
from micrograd_gui.document.live.values import is_live
from micrograd_gui.document.rough_layout import free_place
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State
from micrograd_gui.views.background import Background
from micrograd_gui.views.bridge import Bridge, Paced
from micrograd_gui.views.canvas.card_geometry import place_around
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.theme import Look

_TITLE_BAR = 40  # pixels that the desktop may add above a window: else its status bar is below a low screen


class MainWindow(QMainWindow):
    """Canvas in the middle, panes as docks around it. ``session`` has the verbs and the state."""

    session: Session
    documents: Documents
    appearance: Appearance
    projector: Projector
    learning: Learning
    canvas: CanvasView

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.refreshable = False  # whether it shows live values of a notebook
        self.settings = Settings()
        self.look = first_look(self.settings)
        dress_application(self.look)  # before there are widgets, which would be dressed twice
        self.session = Session()
        self.bridge = Bridge(self.session, self)
        self.background = Background(self)
        self.documents = Documents(self, self.settings)
        self.appearance = Appearance(self, self.settings)
        self.panes = Panes(self, self.look)
        self.canvas, self.plot, self.docks = self.panes.canvas, self.panes.plot, self.panes.docks
        self.panes.palette.chosen.connect(self.add_in_view)
        self.blocks = BlockAdding(self)
        self.menus = Menus(self)
        self.menus.add_panes(self.panes)
        self.bars = Toolbars(self)
        self._build_status()
        self.projector = Projector(self)
        self._sized = QTimer(self, singleShot=True, interval=0)
        self._sized.timeout.connect(self.panes.follow_size)
        Paced(self.bridge, 150, self, heavy=False).changed.connect(self._on_changed)
        self.learning = Learning(self)  # after the line above: a run that ended has the last word
        self.bridge.refused.connect(lambda sentence, _node: self.say(sentence, refused=True))
        self.resize(self._first_size())
        self._arrange()
        self._show_state(self.session.state)

    def __repr__(self) -> str:
        """What a notebook prints below a cell that ends with ``show(value)``."""
        return f"<micrograd-gui: {self.documents.name}>"

    # The parts -------------------------------------------------------------------------------

    def _build_status(self) -> None:
        self.message = QLabel()
        self.message.setObjectName("message")
        self.summary = QLabel()
        self.summary.setObjectName("summary")
        self.statusBar().addWidget(self.message, 1)
        self.statusBar().addPermanentWidget(self.summary)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(8, 0, 8, 0)

    def chrome(self) -> tuple[QWidget, ...]:
        """All that a hall does not need."""
        return self.menuBar(), self.statusBar(), self.bars.run, self.bars.measure

    # Arrangement -----------------------------------------------------------------------------

    def _first_size(self) -> QSize:
        room = self.screen().availableGeometry().size()
        return QSize(min(1600, room.width()), min(900, room.height() - _TITLE_BAR))

    def _arrange(self) -> None:
        kept = self.settings.arrangement()
        if kept is None or not (self.restoreGeometry(kept[0]) and self.restoreState(kept[1])):
            self.panes.arrange_as_at_first()
        else:
            self.panes.touched = True

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:  # what comes here is a press on a line between panes
            self.panes.touched = True
        return super().event(event)

    def set_look(self, look: Look) -> None:
        """Draw everything in that look."""
        self.look = look
        dress_application(look)
        self.panes.set_look(look)
        self.bars.set_look(look)
        self.bars.follow_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bars.follow_width()
        if self.projector.on:
            self.projector.follow_size()
        else:
            self._sized.start()

    # What the actions do beyond the session ----------------------------------------------------

    def build(self, text: str) -> None:
        """The graph that an expression describes, laid out and in view; raises ExpressionRefusal."""
        self.session.build(text)
        self.tidy(as_edit=False)

    def add_in_view(self, op: str) -> None:
        """An offer of the palette was pressed: the node comes into the middle of the canvas."""
        middle = self.canvas.scene_point(QPointF(self.canvas.viewport().rect().center()))
        if (kind := block_kind(op)) is not None:
            self.blocks.ask_in_view(kind, middle)
            return
        at = free_place(place_around(middle), self.session.state.graph.places.values())
        self.canvas.create_nodes(self.session.add_node, op, at)

    def edit_label(self) -> None:
        if (node := self.session.state.selected) is not None:
            self.canvas.edit_label(node)

    def edit_value(self) -> None:
        if (node := self.session.state.selected) is not None:
            self.canvas.edit_value(node)

    def mark(self, role: Role) -> None:
        """The selected leaves get that role; those that have it lose it."""
        state = self.session.state
        all_have_it = all(state.graph.nodes[node].role == role for node in state.selection)
        self.session.mark(state.selection, "" if all_have_it else role)

    def nudge(self) -> None:
        self.bars.h_line.clearFocus()  # an h that was typed and not yet taken over is taken over now
        self.session.nudge()

    def check_all(self) -> None:
        self.session.check_all()

    def other_sides(self) -> None:
        """Nudge to one side where both were set, and the other way round."""
        self.session.set_sides("forward" if self.session.state.sides == "central" else "central")

    def clipboard_copy(self) -> None:
        QApplication.clipboard().setText(self.session.copied())

    def clipboard_paste(self) -> None:
        before = self.session.state.history
        self.canvas.create_nodes(self.session.paste, QApplication.clipboard().text())
        if self.session.state.history is not before:
            self.canvas.show_nodes(self.session.state.selection)

    def duplicate(self) -> None:
        self.canvas.create_nodes(self.session.duplicate)

    def tidy(self, *, as_edit: bool = True) -> None:
        """Lay the graph out with Graphviz, off this thread; the places come when they are ready."""
        tidy(self, as_edit=as_edit)

    def show_keys(self) -> None:
        from micrograd_gui.app import help

        help.show_keys(self)

    def show_about(self) -> None:
        from micrograd_gui.app import help

        help.show_about(self)

    def export(self) -> None:
        from micrograd_gui.app.export_dialog import open_export  # it brings every writer along

        open_export(self)

    def copy_picture(self) -> None:
        from micrograd_gui.app.export_dialog import copy_picture

        copy_picture(self)

    def refresh(self) -> None:
        from micrograd_gui.app.live import refresh

        refresh(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.bridge.attempt(open_dropped, self, dropped_paths(event.mimeData()))

    # Showing the state -----------------------------------------------------------------------

    def say(self, sentence: str, *, refused: bool = False) -> None:
        """One sentence in the status bar, until the next change."""
        self.message.setText(("⚠ " if refused else "") + sentence)
        self.message.setToolTip(sentence)
        if self.message.property("refused") != refused:
            self.message.setProperty("refused", refused)
            self.message.style().unpolish(self.message)
            self.message.style().polish(self.message)

    def _on_changed(self, old: State, new: State) -> None:
        self._show_state(new)
        if self.message.text():
            self.say("")
        if not new.same_document(old):
            self.canvas.fit()
        if new.blocked and new.step is not None and (new.step is not old.step):
            self.say(new.step.note, refused=True)

    def _show_state(self, state: State) -> None:
        self.setWindowTitle(f"{self.documents.name}[*] — micrograd-gui")
        self.setWindowModified(state.unsaved)
        self.menus.show_applying()
        self.menus.actions["refresh"].setEnabled(self.refreshable)
        self.summary.setText(summary(state))
        sides, central = self.menus.actions["sides"], state.sides == "central"
        sides.setChecked(not central)
        sides.setIconText("central" if central else "one-sided")  # what the button says

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.state.unsaved:
            event.ignore()
            self.documents.unless_unsaved(self._close_without_question)
            return
        if not self.projector.on and self.panes.touched:
            self.settings.keep_arrangement(self.saveGeometry(), self.saveState())
        super().closeEvent(event)

    def _close_without_question(self) -> None:
        self.session.train_stop()  # a step in between would be a change that is not saved
        self.session.saved_as_is()
        QTimer.singleShot(0, self.close)


def create_window(source: object = None) -> MainWindow:
    """The window, open on a path, the name of an example, an expression or a live value; None: the neuron.

    Needs a QApplication. Raises Refusal where the source cannot be opened.
    """
    if is_live(source):
        from micrograd_gui.app.live import live_window

        return live_window(source)
    read = read_source(source)  # before there is a window that a refusal would leave behind
    window = MainWindow()
    window.documents.open_source(read)
    return window


def summary(state: State) -> str:
    """``7 nodes · 6 wires · forward done · moment 7 of 7 · all gradients agree``."""
    graph = state.graph
    if not graph.nodes:
        return "empty graph"
    wires = sum(source is not None for node in graph for source in node.inputs)
    parts = [_count(len(graph), "node"), _count(wires, "wire")]
    if state.trace is None:
        parts.append("not run yet")
    else:
        parts.append(_phase(state))
        parts.append(f"moment {state.cursor} of {len(state.trace)}")
    if state.checked:
        wrong = [graph.nodes[row.node].name for row in state.checked if not row.ok]
        worst = max(row.error for row in state.checked)
        parts.append(f"gradients differ at {', '.join(wrong[:3])}" if wrong
                     else f"all gradients agree (largest relative error {worst:.0e})")  # fmt: skip
    return " · ".join(parts)


def _phase(state: State) -> str:
    if state.blocked:
        return "stopped at a problem"
    if state.is_training:
        return "training"
    if not state.forward_done:
        return "parameters updated" if state.computed else "running forward"
    step = state.step
    if step is None or step.kind == "forward":
        return "forward done"
    if step.kind == "zero":
        return "gradients set to 0"
    following = state.following
    return "running backward" if following is not None and following.kind == "backward" else "backward done"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
