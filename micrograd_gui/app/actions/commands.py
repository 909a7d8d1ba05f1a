"""Commands: what the actions do; most are verbs of the session, the others need a part of the window."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget

from micrograd.language import tr
from micrograd_gui.app.adding.blocks import BlockAdding
from micrograd_gui.app.arrangement import Panes
from micrograd_gui.app.context import Context
from micrograd_gui.app.desktop.appearance import Appearance
from micrograd_gui.app.documents import Documents
from micrograd_gui.app.hall.projecting import Projector
from micrograd_gui.app.training_loop import TrainingLoop
from micrograd_gui.document.catalogue import block_kind
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId, Place, Role
from micrograd_gui.document.rough_layout import free_place
from micrograd_gui.figures.folding import FRAMES, box_sizes
from micrograd_gui.figures.geometry import node_sizes
from micrograd_gui.session.session import Session
from micrograd_gui.views.canvas.blocks import keep_middle
from micrograd_gui.views.canvas.card_geometry import place_around
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.expression_line import HLine

if TYPE_CHECKING:
    from micrograd_gui.app.learning.classroom import Classroom
    from micrograd_gui.app.notebooks.refreshing import Refreshing
    from micrograd_gui.session.asking.in_torch import InTorch
    from micrograd_gui.views.canvas.layers.pace import Pace


_TAB = Qt.FocusPolicy.TabFocus
_LAYOUT = 6.0  # seconds that a layout may take before plain layers take over


def _within(pane: QWidget, widget: QWidget | None) -> bool:
    """Whether the widget is the pane or stands in it."""
    return widget is not None and (widget is pane or pane.isAncestorOf(widget))


class Commands(Struct, frozen=True, eq=False, weakref=True):  # for signals connected to its methods
    """The parts that actions speak to, by name, and what takes more than one verb. All raise Refusal."""

    context: Context
    documents: Documents
    panes: Panes
    blocks: BlockAdding
    appearance: Appearance
    projector: Projector
    training: TrainingLoop
    h_line: HLine
    pace: Callable[[], Pace]  # of what moves in a step
    classroom: Callable[[], Classroom]  # of the lessons
    live: Refreshing  # from the live values of a notebook
    close: Callable[[], object]

    @property
    def session(self) -> Session:
        """The State, and the verbs that replace it."""
        return self.context.session

    @property
    def canvas(self) -> CanvasView:
        """Where the graph is drawn."""
        return self.panes.canvas

    # Editing ---------------------------------------------------------------------------------

    def build(self, text: str) -> None:
        """The graph that an expression describes, laid out and in view; raises ExpressionRefusal."""
        from micrograd_gui.app.actions.pasting import build  # for those who type

        build(self, text)

    def travel(self, verb: Callable[[], object]) -> None:
        """Undo, or redo; where all of the graph was in view, all of the one that comes is."""
        whole = self.canvas.whole
        verb()
        if whole and not self.canvas.whole:
            self.canvas.fit()

    def add_in_view(self, op: str) -> None:
        """An offer of the palette was pressed: the node comes into the middle of the canvas."""
        middle = self.canvas.scene_point(QPointF(self.canvas.viewport().rect().center()))
        if (kind := block_kind(op)) is not None:
            self.blocks.ask_in_view(kind, middle)
            return
        wanted = self.canvas.graph_scene.document_place(place_around(middle))
        at = free_place(wanted, self.session.state.graph.places.values())
        self.canvas.create_nodes(self.session.add_node, op, at)

    def other_wires(self) -> None:
        """Numbers on all wires, on none, and again on those of the acting step, in turn."""
        from micrograd_gui.session.asking.writing import SAID, WIRES, Writing

        wires = WIRES[(WIRES.index(self.session.state.wires) + 1) % len(WIRES)]
        self.session.room(Writing).show_wires(wires)
        self.context.say(tr(SAID[wires]))

    def forward_mode(self) -> None:
        """Every node by the selected leaf; where it is so already, or none is selected, no longer."""
        from micrograd_gui.session.asking.writing import Writing

        state, room = self.session.state, self.session.room(Writing)
        leaf = None if state.selected == state.forward_leaf else state.selected
        room.derive_by(leaf)
        if leaf is not None:
            name = state.graph.nodes[leaf].spoken
            self.context.say(
                tr("Below each node is its derivative by {name}, found with its number.", name=name)
            )

    def other_notation(self) -> None:
        """Gradients as quotients, or as in code."""
        from micrograd_gui.session.asking.writing import Writing

        plain = self.session.state.notation == "grad"
        self.session.room(Writing).write_as("leibniz" if plain else "grad")

    def other_motion(self) -> None:
        """Quick, slow or no motion in a step, in turn."""
        self.context.say(self.pace().next())

    def jump(self, by: int) -> None:
        """The keys go to the next pane that is seen, or (-1) to the one before; the canvas is the first."""
        docks = [
            dock.widget()
            for dock in self.panes.docks.values()
            if (dock.isVisible() if dock.isFloating() else not dock.visibleRegion().isEmpty())
        ]
        stops: list[tuple[QWidget, QWidget]] = [(self.canvas, self.canvas)]
        for pane in docks:
            inside = (pane, *pane.findChildren(QWidget))
            keys = (each for each in inside if each.isVisible() and each.focusPolicy() & _TAB)
            if (first := next(keys, None)) is not None:
                stops.append((pane, first))
        focus = QApplication.focusWidget() or self.context.dialog_parent.focusWidget()
        here = next((at for at, (pane, _) in enumerate(stops) if _within(pane, focus)), 0)
        there = stops[(here + by) % len(stops)][1]
        there.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not there.window().isActiveWindow():  # a pane may float
            there.activateWindow()

    def toggle_pane(self, name: str) -> None:
        """That late pane is seen, in the hall beside the card; where it is seen, it goes."""
        if self.projector.on:
            self.projector.toggle_choice(name)
        else:
            self.panes.toggle(name)

    def show_paths(self) -> None:
        """The paths from the selected node to the target, with the pane that tells of them; or no longer."""
        from micrograd_gui.session.asking.asking import Asking  # late, as the start asks nothing

        asked, ledger = self.session.state.asked, self.panes.late.get("ledger")
        shown = asked is None or not asked.paths
        self.session.room(Asking).show_paths(shown)
        if shown and (ledger is None or ledger.visibleRegion().isEmpty()):
            self.toggle_pane("ledger")

    def edit_label(self) -> None:
        """Let the selected node be renamed at its place."""
        if (node := self.session.state.selected) is not None:
            self.canvas.edit_label(node)

    def edit_value(self) -> None:
        """Let the selected node's number be typed at its place."""
        if (node := self.session.state.selected) is not None:
            self.canvas.edit_value(node)

    def mark(self, role: Role) -> None:
        """The selected leaves get that role; those that have it lose it."""
        state = self.session.state
        all_have_it = all(state.graph.nodes[node].role == role for node in state.selection)
        self.session.mark(state.selection, "" if all_have_it else role)

    def copy(self) -> None:
        """The selected nodes are on the clipboard, as text."""
        QApplication.clipboard().setText(self.session.copied())

    def paste(self) -> None:
        """What is on the clipboard becomes nodes, and these are in view."""
        from micrograd_gui.app.actions.pasting import paste  # for those who paste

        paste(self, QApplication.clipboard().text())

    def paste_at(self, text: str, at: Place) -> None:
        """That text becomes nodes there."""
        from micrograd_gui.app.actions.pasting import paste

        self.context.bridge.attempt(paste, self, text, at)

    def duplicate(self) -> None:
        """The selected nodes a second time; from inside a block, they belong to it."""
        self.canvas.create_nodes(self.session.duplicate)

    def tidy(self, *, as_edit: bool = True, say: str = "") -> None:
        """Lay out the graph, or the block that is looked into, off this thread; places come when ready.

        A collapsed block is one box; what is in it keeps its place in it.
        """
        from micrograd_gui.layout import layout

        session, canvas = self.session, self.canvas
        canvas.freeze_places()
        graph, within = session.state.graph, canvas.navigation.block

        told = [say] if say else []

        def place(places: dict[NodeId, Place]) -> None:
            if say and session.state.graph is not graph:
                told.remove(say)  # it was said of what was on the canvas then
            there = places if within is None or not places else keep_middle(graph, places)
            self.context.bridge.attempt(session.tidied, graph, there, as_edit=as_edit)
            canvas.fit()
            if told:
                self.context.say(told[0])

        def failed(error: Exception) -> None:
            self.context.say(str(error), refused=True)

        def work(stop: Event) -> dict[NodeId, Place]:
            more: dict[str, Any] = {"time_limit": _LAYOUT, "told": told.append, "stop": stop}
            if not graph.blocks:
                return layout.places(graph, node_sizes(graph), **more)
            boxes = box_sizes(graph)
            return layout.nested_places(graph, node_sizes(graph), boxes, frame=FRAMES, within=within, **more)

        self.context.background.start("tidy", work, done=place, failed=failed, stoppable=True)

    def see_refreshed(self) -> None:
        """What a refresh has changed is in view; all of the graph, where all of it was."""
        if self.canvas.whole:
            self.canvas.fit()
        else:
            self.canvas.show_nodes(self.session.state.selection)

    # Stepping --------------------------------------------------------------------------------

    def step_over(self) -> None:
        """What comes next, with what the canvas draws as one box done as one step."""
        self.session.step_over(self.canvas.navigation.block)

    def act_next(self) -> None:
        """The selected node acts next; where that cannot be, it is said beside it, too."""
        try:
            self.session.act_next()
        except Refusal as refusal:
            box = self.canvas.box_of(self.session.state.selected or 0)
            self.canvas.say(str(refusal), box.bottomLeft())
            raise

    # Learning --------------------------------------------------------------------------------

    def expand(self) -> None:
        """The selected op is taken apart, and a box that is selected opened; what came of it is said."""
        from micrograd_gui.session.apart.taking_apart import TakingApart

        if not self._opened_box(collapsed=True):
            self._rewrite(self.session.room(TakingApart).expand)

    def fold(self) -> None:
        """What the selected node is the end of becomes one op, or the block it is in one box."""
        from micrograd_gui.session.apart.taking_apart import TakingApart

        if not self._opened_box(collapsed=False):
            self._rewrite(self.session.room(TakingApart).fold)

    def _opened_box(self, *, collapsed: bool) -> bool:
        """Whether what is selected is a block that is drawn so; then it is drawn the other way."""
        state, navigation = self.session.state, self.canvas.navigation
        for block in state.graph.blocks:
            if block.collapsed == collapsed and state.selection == state.graph.within(block.id):
                navigation.toggle(block.id)
                return True
        return False

    def _rewrite(self, verb: Callable[[], str]) -> None:
        self.canvas.freeze_places()
        sentence = verb()
        self.canvas.fit()
        self.context.say(sentence)

    def ask_own_op(self) -> None:
        """Ask for an op of one's own; it comes into the palette, and a node of it into the graph."""
        from micrograd_gui.app.adding.own_op_dialog import OwnOpDialog
        from micrograd_gui.document.rewriting.own_ops import OwnOp, taken_up

        def made(op: OwnOp) -> None:
            name = taken_up(op)
            self.panes.palette.refill(self.context.look)
            self.add_in_view(name)
            self.context.say(tr("{name}: its slope was checked, and it is in the palette now.", name=name))

        OwnOpDialog(self.context.dialog_parent, made).open()

    def hold(self) -> None:
        """Hold the present run and show it beside what comes; where one is held, let it go."""
        from micrograd_gui.session.apart.two_runs import TwoRuns

        room = self.session.room(TwoRuns)
        if self.session.state.held is not None:
            room.release()
            return
        room.hold()
        shown = self.panes.docks.get("two_runs")
        if shown is None or shown.isHidden():
            self.toggle_pane("two_runs")

    # Measuring -------------------------------------------------------------------------------

    def nudge(self) -> None:
        """Move the selected node by the h of its field; refused while no h stands there."""
        self.h_line.take_over()
        self.session.nudge()

    def check_all(self) -> None:
        """Every gradient beside its numeric slope, by the h of its field; refused while no h stands there."""
        self.h_line.take_over()
        self.session.check_all()

    def verify_with_torch(self) -> None:
        """PyTorch's numbers beside these, worked out behind the window: to load PyTorch takes seconds."""
        from micrograd_gui.session.asking.in_torch import as_table, in_short, verify

        graph = self.session.state.graph

        def tell(rows: tuple[InTorch, ...]) -> None:
            from micrograd_gui.app.learning.help import show_table

            if self.session.state.graph is graph:
                self.context.say(in_short(graph, rows))
                show_table(self.context.dialog_parent, tr("Verify with PyTorch"), as_table(graph, rows))

        def refused(error: Exception) -> None:
            if not isinstance(error, Refusal):
                raise error
            self.context.bridge.refused.emit(str(error), error.node)

        self.context.say(tr("PyTorch computes the graph …"))
        self.context.background.start("verify_with_torch", verify, graph, done=tell, failed=refused)

    def other_sides(self) -> None:
        """Nudge to one side where both were set, and the other way round."""
        self.session.set_sides("forward" if self.session.state.sides == "central" else "central")

    def ask_cue(self) -> None:
        """Ask for the name of this moment, and after a colon for a note; no name takes the cue away."""
        from PySide6.QtWidgets import QInputDialog

        state = self.session.state
        cue = next((each for each in state.graph.marks.cues if each.moment == state.cursor), None)
        dialog = QInputDialog(self.context.dialog_parent)
        dialog.setWindowTitle(tr("Cue point"))
        dialog.setLabelText(tr("Name of this moment (name: note)"))
        dialog.setTextValue("" if cue is None else f"{cue.name}: {cue.note}" if cue.note else cue.name)
        dialog.textValueSelected.connect(lambda text: self._take_cue(state.cursor, text))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take_cue(self, moment: int, text: str) -> None:
        name, _, note = text.partition(":")
        self.session.seek(moment)
        self.session.set_cue(name, note)

    # Learning --------------------------------------------------------------------------------

    def predict(self) -> None:
        """The next step is asked before it is shown; or, where that is so, no longer."""
        from micrograd_gui.session.predicting.room import Predicting

        room = self.session.room(Predicting)
        if self.session.state.quiz is not None:
            room.leave()
            return
        line = self.panes.ensure_predict_line()
        room.begin()
        line.begin()

    # Files and pages: what they need is loaded when it is wanted ------------------------------

    def prepare(self) -> None:
        """What the export dialog is made of is loaded by another thread: it takes a fifth of a second."""
        self.context.background.load(("micrograd_gui.app.exporting.dialog",))

    def export(self) -> None:
        """Ask in which form and where to."""
        from micrograd_gui.app.exporting.dialog import open_export

        open_export(self.context)

    def copy_picture(self) -> None:
        """This moment's picture is on the clipboard."""
        from micrograd_gui.app.exporting.clipboard import copy_picture

        copy_picture(self.context)

    def export_plot(self) -> None:
        """Ask for a file, and write the plot to it."""
        self.documents.ask_export_plot(self.panes.plot.save)

    def open_rows(self) -> None:
        """Ask for a table, whose rows the graph learns from."""
        self.documents.ask_open_rows(self.panes.ensure_learning_panes()[1].open_file)

    def open_bug_graph(self) -> None:
        """Open the graph made for the bug that is on, after the question; the bug stays on."""
        from micrograd_gui.files.documents import OpenedGraph

        lab = self.session.state.lab
        if lab is not None:
            made = OpenedGraph(lab.bug.made.graph(), title=tr("bug lab: {title}", title=tr(lab.bug.title)))
            self.documents.unless_unsaved(lambda: self.documents.open_source(made))

    def save_rows(self) -> None:
        """Ask for a file, and write the rows to it."""
        self.documents.ask_save_rows(self.panes.ensure_learning_panes()[1].save_to)

    def show_keys(self) -> None:
        """The page of all keys."""
        from micrograd_gui.app.learning import help

        help.show_keys(self.context.dialog_parent)

    def show_about(self) -> None:
        """What this program is."""
        from micrograd_gui.app.learning import help

        help.show_about(self.context)
