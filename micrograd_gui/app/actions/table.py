"""The actions: one row each; menus, toolbars and the list of keys are made from the table, in `menus`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtGui import QKeySequence

from micrograd.language import N_, tr
from micrograd_gui.document.marks import Breakpoint
from micrograd_gui.session.state import State
from micrograd_gui.views.plot.pane import SAVED_AS

if TYPE_CHECKING:
    from micrograd_gui.app.actions.commands import Commands


Keys = tuple[str | QKeySequence.StandardKey, ...]
Std = QKeySequence.StandardKey


class Action(Struct, frozen=True):
    """One action: objectName, text, keys, what it does, when it applies, one sentence about it.

    ``short`` is what its button says, where that is not the text; ``checked`` when an action that is switched
    on and off is on; ``switch`` where no State tells that; ``fill`` the colour of its button; ``projected``:
    only under the projector.
    """

    name: str
    text: str
    keys: Keys
    run: Callable[[Commands], object]
    applies: Callable[[State], bool]
    tip: str | Callable[[], str]
    short: str | Callable[[State], str] = ""
    checked: Callable[[State], bool] | None = None
    switch: bool = False
    fill: str = ""
    projected: bool = False

    @property
    def told(self) -> str:
        """The sentence about it, in the language in use."""
        return tr(self.tip) if isinstance(self.tip, str) else self.tip()

    @property
    def always_same(self) -> bool:
        """Whether it is the same in every State: no moment that one goes to has to look at it."""
        changes = self.checked is not None or callable(self.short) or self.projected
        return self.applies is _always and not changes


def _always(state: State) -> bool:
    return True


def _nodes(state: State) -> bool:
    return bool(state.graph.nodes)


def _selection(state: State) -> bool:
    return bool(state.selection)


def _ready_for_backward(state: State) -> bool:
    return state.graph.target is not None and not state.blocked


def _forward_possible(state: State) -> bool:
    return state.graph.wiring.computes


def _later(state: State) -> bool:
    return state.following is not None


def _earlier(state: State) -> bool:
    return state.cursor > 0


FILE: tuple[Action | None, ...] = (
    Action("new", N_("&New"), (Std.New,), lambda c: c.documents.new(), _always, N_("An empty document.")),
    Action("open", N_("&Open…"), (Std.Open,), lambda c: c.documents.ask_open(), _always,
        N_("Open a graph: a .micrograd file, DOT, or a picture made here.")),
    Action("refresh", N_("Re&fresh"), ("F4",), lambda c: c.live.refresh(), _always,
        N_("Show what a notebook has changed in the live values that this window was opened on.")),
    Action("refresh_after_cells", N_("Refresh after each ce&ll"), (), lambda c: c.live.switch(), _always,
        N_("Each cell that the notebook runs is shown here at once; remembered for the next window."),
        switch=True),
    None,
    Action("save", N_("&Save"), (Std.Save,), lambda c: c.documents.save(),
        lambda s: s.unsaved or s.seen_otherwise or s.path is None, N_("Save the graph to its file.")),
    Action("save_as", N_("Save &as…"), (Std.SaveAs,), lambda c: c.documents.ask_save(), _always,
        N_("Save the graph to another file.")),
    Action("export", N_("&Export the graph…"), ("Ctrl+E",), lambda c: c.export(), _nodes,
        N_("Save this moment, or the whole pass, as a picture, a player, or code.")),
    Action("copy_picture", N_("Copy the pi&cture"), ("Ctrl+Shift+C",), lambda c: c.copy_picture(), _nodes,
        N_("This moment's picture to the clipboard, as PNG and SVG.")),
    Action("export_plot", N_("Export the &plot…"), ("Ctrl+Shift+E",), lambda c: c.export_plot(),
        _nodes, lambda: tr("Save the plot as {kinds}.", kinds=", ".join(map(tr, SAVED_AS.values())))),
    None,
    Action("quit", N_("&Quit"), (Std.Quit, "Ctrl+Q"), lambda c: c.close(), _always, N_("Close the window.")),
)  # fmt: skip
EDIT: tuple[Action | None, ...] = (
    Action("undo", N_("&Undo"), (Std.Undo,), lambda c: c.travel(c.session.undo),
        lambda s: s.history.undo_name is not None, N_("Take back the last edit.")),
    Action("redo", N_("&Redo"), (Std.Redo, "Ctrl+Y"), lambda c: c.travel(c.session.redo),
        lambda s: s.history.redo_name is not None, N_("Do again what was taken back.")),
    None,
    Action("copy", N_("&Copy"), (Std.Copy,), lambda c: c.copy(), _selection,
        N_("Copy the selected nodes.")),
    Action("paste", N_("&Paste"), (Std.Paste,), lambda c: c.paste(), _always,
        N_("Put copied nodes, an expression, or a cell of the lecture into the graph.")),
    Action("duplicate", N_("Duplicat&e"), ("Ctrl+D",), lambda c: c.duplicate(), _selection,
        N_("The selected nodes a second time.")),
    Action("delete", N_("&Delete"), ("Del", "Backspace"), lambda c: c.session.delete(), _selection,
        N_("The selected nodes and their wires go.")),
    Action("add_node", N_("&Add a node"), ("A",), lambda c: c.canvas.type_node(), _always,
        N_("Type a node at the pointer: an op, a number, a name or an expression.")),
    Action("find", N_("&Find a node…"), ("Ctrl+F",), lambda c: c.canvas.find_node(), _nodes,
        N_("Find a node by its name, its op or its value, and go there.")),
    Action("select_all", N_("&Select all"), (Std.SelectAll,), lambda c: c.session.select_all(), _nodes,
        N_("Select every node.")),
    None,
    Action("rename", N_("Re&name"), ("F2",), lambda c: c.edit_label(), lambda s: s.selected is not None,
        N_("Give the selected node another name.")),
    Action("set_value", N_("Set &value"), (), lambda c: c.edit_value(),
        lambda s: s.selected is not None and s.graph.nodes[s.selected].holds_number,
        N_("Type the selected leaf's number.")),
    Action("mark_input", N_("Mark as &input"), ("Ctrl+I",), lambda c: c.mark("input"),
        lambda s: _leaves_selected(s),
        N_("The selected leaf is fixed data.")),
    Action("mark_parameter", N_("&Mark as parameter"), ("Ctrl+P",), lambda c: c.mark("parameter"),
        lambda s: _leaves_selected(s), N_("The selected leaf is what training changes.")),
    Action("make_target", N_("Make &target"), ("G",),
        lambda c: c.session.set_target(c.session.state.selected),
        lambda s: s.selected is not None, N_("The backward pass starts at the selected node.")),
)  # fmt: skip
VIEW: tuple[Action | None, ...] = (
    Action("tidy", N_("Tidy &up"), ("Ctrl+L",), lambda c: c.tidy(), _nodes, N_("Lay the graph out with "
        "Graphviz."),
        short=N_("Tidy")),
    Action("next_pane", N_("&Next pane"), ("Ctrl+F6",), lambda c: c.jump(1), _always,
        N_("The keys go to the next pane that is seen.")),
    Action("previous_pane", N_("&Previous pane"), ("Ctrl+Shift+F6",), lambda c: c.jump(-1), _always,
        N_("The keys go to the pane before.")),
    Action("fit", N_("&Fit"), ("Ctrl+0",), lambda c: c.canvas.fit(), _nodes, N_("Bring the whole graph into "
        "view.")),
    Action("zoom_in", N_("Zoom &in"), ("Ctrl++", "Ctrl+="), lambda c: c.canvas.zoom_in(), _always,
        N_("Come nearer.")),
    Action("zoom_out", N_("&Zoom out"), ("Ctrl+-",), lambda c: c.canvas.zoom_out(), _always,
        N_("Go further away.")),
    None,
    Action("text_larger", N_("Text &larger"), ("Ctrl+Alt++", "Ctrl+Alt+="), lambda c: c.appearance.larger(),
        _always, N_("All text larger.")),
    Action("text_smaller", N_("&Text smaller"), ("Ctrl+Alt+-",), lambda c: c.appearance.smaller(),
        _always, N_("All text smaller.")),
    Action("theme", N_("&Dark or light"), ("F9",), lambda c: c.appearance.other_theme(), _always,
        N_("Change between the dark and the light theme.")),
    Action("contrast", N_("&High contrast"), ("Shift+F9",), lambda c: c.appearance.other_contrast(), _always,
        N_("Colours that stand out more, light or dark, or those without.")),
    Action("motion", N_("&Motion: quick, slow, none"), ("F12",), lambda c: c.other_motion(), _always,
        N_("How long numbers travel along the wires in a step, or not at all.")),
    Action("order", N_("&Order of the steps"), ("O",),
        lambda c: c.session.show_order(not c.session.state.order_shown), _forward_possible,
        N_("Every node says as which it acts, and in a backward pass what it waits for."),
        checked=lambda s: s.order_shown),
    None,
    Action("projector", N_("P&rojector"), ("F11",), lambda c: c.projector.toggle(), _always,
        N_("For a lecture hall: canvas and step card, large; 1 to 5 bring a third pane. Esc leaves.")),
    Action("blank", N_("&Blank the screen"), (".",), lambda c: c.projector.blank(), _always,
        N_("While projecting: nothing but black; the same again brings all back."), projected=True),
    Action("pen", N_("P&en"), ("D",), lambda c: c.projector.glass.switch("pen"), _always,
        N_("While projecting: draw over the canvas; Shift+D clears."), projected=True),
    Action("spotlight", N_("&Spotlight"), ("S",), lambda c: c.projector.glass.switch("spotlight"), _always,
        N_("While projecting: all but what is around the pointer is darkened."), projected=True),
)  # fmt: skip
DEBUG: tuple[Action | None, ...] = (
    Action("forward", N_("&Forward"), ("F5",), lambda c: c.session.forward(), _forward_possible,
        N_("Run forward: compute every node."), short=N_("▶  Forward"), fill="data"),
    Action("forward_step", N_("Forw&ard step"), ("F6",),
        lambda c: c.session.forward_step(), _forward_possible,
        N_("Compute one more node.")),
    None,
    Action("step_over", N_("Step o&ver a block"), ("F8",), lambda c: c.step_over(),
        lambda s: _forward_possible(s) and not s.blocked and not s.is_training,
        N_("What comes next, forward or backward; all of a collapsed block is one step.")),
    Action("act_next", N_("Let it act ne&xt"), ("N",), lambda c: c.act_next(),
        lambda s: s.selected is not None and not s.blocked and not s.is_training,
        N_("The selected node acts next, where it may; else it is said which wrong number would "
            "come of it.")),
    Action("backward_step", N_("Bac&kward step"), ("F10", "B"), lambda c: c.session.backward_step(),
        _ready_for_backward, N_("One move of the backward pass: through one op node."), fill="grad"),
    Action("backward", N_("&Backward"), ("Ctrl+F10",), lambda c: c.session.backward(), _ready_for_backward,
        N_("The whole backward pass.")),
    Action("zero_grad", N_("&Zero grad"), ("Z",), lambda c: c.session.zero_grad(),
        lambda s: s.computed and bool(s.frame.grad),
        N_("Set every gradient to 0, before a further backward pass."), short=N_("Zero grad")),
    None,
    Action("next", N_("&Next"), ("PgDown", "Right"), lambda c: c.session.next(), _later,
        N_("One moment later."),
        short="▶"),
    Action("previous", N_("Pr&evious"), ("PgUp", "Left"), lambda c: c.session.previous(), _earlier,
        N_("One moment earlier."), short="◀"),
    Action("first", N_("F&irst"), ("Home",), lambda c: c.session.first(), _earlier,
        N_("Before the first step.")),
    Action("last", N_("Las&t"), ("End",), lambda c: c.session.last(), _later, N_("After the last recorded "
        "step.")),
    Action("play", N_("Pla&y or pause"), ("K",),
        lambda c: c.panes.timeline.playing.toggle(), _forward_possible,
        N_("Let the moments pass by themselves; at the end of the forward pass it goes on backward.")),
    Action("play_faster", N_("P&lay faster"), ("Shift+K",),
        lambda c: c.panes.timeline.playing.change_speed(1),
        _nodes, N_("More moments a second.")),
    Action("play_slower", N_("Play slower"), ("Ctrl+Shift+K",),
        lambda c: c.panes.timeline.playing.change_speed(-1), _nodes, N_("Fewer moments a second.")),
    None,
    Action("cue", N_("C&ue point…"), ("Ctrl+Shift+M",), lambda c: c.ask_cue(), _nodes,
        N_("Give this moment a name and a note; playing pauses there.")),
    Action("break_here", N_("Breakpoint &on the node"), ("F3",),
        lambda c: c.session.toggle_breakpoint("acts", c.session.state.selected),
        lambda s: s.selected is not None, N_("Runs stop when the selected node acts; again: no longer.")),
    Action("break_change", N_("&Stop at its first change"), (),
        lambda c: c.session.toggle_breakpoint("changes", c.session.state.selected),
        lambda s: s.selected is not None, N_("Runs stop when data or grad of the selected node gets "
            "a number.")),
    Action("break_small", N_("Stop at a grad near &0"), (),
        lambda c: c.session.toggle_breakpoint("small grad"), _nodes, N_("Runs stop where |grad| < 1e-6."),
        checked=lambda s: Breakpoint("small grad") in s.graph.marks.breakpoints),
    Action("break_not_finite", N_("Stop at nan an&d infinity"), (),
        lambda c: c.session.toggle_breakpoint("not finite"), _nodes, N_("Runs stop where a number is "
            "none."),
        checked=lambda s: Breakpoint("not finite") in s.graph.marks.breakpoints),
    Action("show_moments", N_("All &moments"), ("Ctrl+M",), lambda c: c.toggle_pane("moments"), _nodes,
        N_("A list of all moments in words: choosing one goes there.")),
    Action("show_cells", N_("&Pasted cells"), (), lambda c: c.toggle_pane("cells"), _always,
        N_("The cells that were pasted: what each printed, what was passed over, what was done by hand.")),
    None,
    Action("nudge", N_("Nudge by &h"), ("H",), lambda c: c.nudge(),
        lambda s: s.selected is not None and s.quiz is None,
        N_("Move the selected node by h and see what the target does."), short=N_("Nudge by h")),
    Action("sides", N_("Nud&ge to one side"), ("Shift+H",), lambda c: c.other_sides(), _always,
        N_("Nudge to one side, as in the lecture, or to both (central)."),
        short=lambda s: tr("central") if s.sides == "central" else tr("one-sided"),
        checked=lambda s: s.sides != "central"),
    Action("check_all", N_("&Check all gradients"), ("F7",), lambda c: c.check_all(),
        lambda s: s.graph.target is not None and s.quiz is None,
        N_("The numeric slope of every node beside the analytic one."),
        short=N_("✓ Check all")),
    Action("verify_with_torch", N_("Verify &with PyTorch"), (), lambda c: c.verify_with_torch(),
        lambda s: s.graph.target is not None and s.quiz is None,
        N_("PyTorch's data and gradients beside these, node by node, where PyTorch is installed.")),
    Action("show_right_run", N_("Show the &right run"), ("Ctrl+F7",), lambda c: c.session.show_right_run(),
        lambda s: s.finding is not None,
        N_("Go to where a run's numbers part from those of the notebook; Backward step shows the "
            "right rule.")),
)  # fmt: skip
TRAIN: tuple[Action | None, ...] = (
    Action("train_step", N_("Train &one step"), ("T",), lambda c: c.session.train_step(),
        lambda s: _learnable(s) and not s.is_training,
        N_("One step of gradient descent: forward, backward, update."), short=N_("One step")),
    Action("train", N_("&Train"), ("Ctrl+T",), lambda c: c.training.toggle(), lambda s: _learnable(s),
        N_("Let the graph train, step after step; the same again, or Esc, and it rests."),
        short=lambda s: tr("❚❚ Pause") if s.is_training else tr("▶ Train"), checked=lambda s: s.is_training),
    Action("rewind", N_("&Rewind"), ("Ctrl+R",), lambda c: c.session.rewind(),
        lambda s: s.training is not None,
        N_("The parameters go back to where training began.")),
    None,
    Action("update", N_("&Update"), ("U",), lambda c: c.session.update(),
        lambda s: bool(s.graph.parameters) and not s.blocked and not s.is_training,
        N_("Every parameter moves by its gradient, as in training; the step can be gone back over.")),
    Action("gradients_of_row", N_("Learn from this row &alone"), ("Shift+T",),
        lambda c: c.session.set_plan(gradients_of="rows" if _of_row(c.session.state) else "row"),
        lambda s: s.graph.data is not None and len(s.graph.data) > 1,
        N_("Gradients, Update and Train are of the row alone that the graph shows; the same again: "
            "of all rows."),
        checked=lambda s: _of_row(s)),
    None,
    Action("open_rows", N_("Rows from a &CSV file…"), (), lambda c: c.open_rows(), _nodes,
        N_("Read the rows that the graph learns from.")),
    Action("save_rows", N_("&Save the rows…"), (), lambda c: c.save_rows(), lambda s: _has_rows(s),
        N_("Put the rows into a CSV file.")),
)  # fmt: skip
LEARN: tuple[Action | None, ...] = (
    Action("expand", N_("&Take apart"), ("Shift+X",), lambda c: c.expand(), _nodes,
        N_("The selected op becomes what it stands for: tanh its exponentials, a − b a sum, x³ a product.")),
    Action("fold", N_("&Fold"), ("Ctrl+Shift+X",), lambda c: c.fold(), _nodes,
        N_("What the selected node is the end of becomes one op again.")),
    Action("own_op", N_("An &op of your own…"), (), lambda c: c.ask_own_op(), _always,
        N_("A function of x and its slope, typed or derived, and checked: then it is an op like any other.")),
    Action("hold", N_("&Hold the run"), ("Ctrl+H",), lambda c: c.hold(), _nodes,
        N_("Keep the present run beside what comes, number beside number; the same again: let it go."),
        checked=lambda s: s.held is not None),
    Action("why", N_("&Why this number?"), ("Y",), lambda c: c.toggle_pane("ledger"), _nodes,
        N_("Every += that made the grad of the selected node, and what its data was computed from.")),
    Action("predict", N_("&Predict first"), ("P",), lambda c: c.predict(),
        lambda s: s.quiz is not None or (_nodes(s) and not s.blocked and not s.is_training),
        N_("Say what the next step gives before it is shown; P again, or Esc, and nothing is hidden "
            "any more."),
        checked=lambda s: s.quiz is not None),
    Action("paths", N_("P&aths to the target"), ("Shift+Y",), lambda c: c.show_paths(), _nodes,
        N_("Every path from the selected node to the target, the product of the slopes along it, "
            "and their sum."),
        checked=lambda s: s.asked is not None and s.asked.paths),
    Action("bug_lab", N_("&Bug lab"), ("Ctrl+B",), lambda c: c.toggle_pane("bug_lab"), _always,
        N_("Switch a classic mistake on: its wrong run goes beside the right one, moment by moment.")),
    Action("bug_graph", N_("Open the graph made for the b&ug"), (), lambda c: c.open_bug_graph(),
        lambda s: s.lab is not None, N_("A small graph in which the bug that is switched on shows.")),
    Action("wires", N_("&Numbers on the wires"), ("V",), lambda c: c.other_wires(), _nodes,
        N_("On all wires (value above, local slope or what was carried below), on none, or on those "
            "that act."),
        checked=lambda s: s.wires == "all"),
    Action("forward_mode", N_("Forward &mode by the leaf"), ("J",), lambda c: c.forward_mode(),
        lambda s: s.forward_leaf is not None or (s.selected is not None and _leaves_selected(s)),
        N_("Each node shows its derivative by the selected leaf, found forward with its number; "
            "again: no more."),
        checked=lambda s: s.forward_leaf is not None),
    Action("notation", N_("Write &∂L/∂a for a.grad"), ("Shift+V",), lambda c: c.other_notation(), _always,
        N_("Gradients are written as Leibniz did, or as in "
            "code."), checked=lambda s: s.notation == "leibniz"),
)  # fmt: skip
HELP: tuple[Action | None, ...] = (
    Action("start_here", N_("&Start here: lessons"), (), lambda c: c.classroom().toggle(), _always,
        N_("Short lessons on the live graph: from one slope to a network that learns.")),
    Action("keys", N_("&Keys"), ("F1", "?"), lambda c: c.show_keys(), _always, N_("All keys and gestures.")),
    Action("about", N_("&About"), (), lambda c: c.show_about(), _always,
        N_("What this is, and what to copy into a report of a fault.")),
)  # fmt: skip
MENUS: tuple[tuple[str, tuple[Action | None, ...]], ...] = (
    (N_("&File"), FILE), (N_("&Edit"), EDIT), (N_("&View"), VIEW), (N_("&Debug"), DEBUG),
    (N_("&Train"), TRAIN), (N_("&Learn"), LEARN), (N_("&Help"), HELP),
)  # fmt: skip


def _has_rows(state: State) -> bool:
    return state.graph.data is not None and bool(state.graph.data.rows)


def _of_row(state: State) -> bool:
    return state.graph.plan is not None and state.graph.plan.gradients_of == "row"


def _learnable(state: State) -> bool:
    graph = state.graph
    return _has_rows(state) and graph.target is not None and bool(graph.parameters)


def _leaves_selected(state: State) -> bool:
    return bool(state.selection) and state.selection <= state.graph.given.keys()


ROWS = tuple(row for _, menu in MENUS for row in menu if row is not None)
RUN_BAR = ("forward", "backward_step", "backward", "zero_grad", "previous", "next")
