"""Taking an op apart and putting it together again, with the run gone on with and the numbers compared."""

from __future__ import annotations

from msgspec.structs import replace

from micrograd.language import again, kept, tr
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.rewriting.expansions import Rewritten, expanded, folded
from micrograd_gui.document.text import written
from micrograd_gui.session.apart.same_moment import ROUNDING, furthest, moment_in, run_of
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Pass
from micrograd_gui.session.transitions import Edit, after_edit

_WHOLE = (Pass("forward"), Pass("backward"))


class TakingApart(Room):
    """Verbs: `expand` an op into what it stands for, `fold` that into the op again; each is one undo."""

    def expand(self, node: NodeId | None = None) -> str:
        """That op node (None: the selected one) becomes what it stands for; gives what is to be said of it.

        What was run is run again, as far as it was. Raises Refusal where there is nothing to take apart.
        """
        number = self._meant(node, tr("Select the one node to take apart."))
        name = self.state.graph.nodes[number].spoken
        return self._rewrite(expanded(self.state.graph, number), kept("Take {name} apart", name=name))

    def fold(self, node: NodeId | None = None) -> str:
        """What that node (None: the selected one) is the end of becomes one op; gives what is to be said.

        What was run is run again, as far as it was. Raises Refusal where it is the end of no op.
        """
        number = self._meant(node, tr("Select the one node to fold."))
        return self._rewrite(
            folded(self.state.graph, number), kept("Fold {name}", name=self.state.graph.nodes[number].spoken)
        )

    def _meant(self, node: NodeId | None, asking: str) -> NodeId:
        number = self.state.selected if node is None else node
        if number is None:
            raise Refusal(asking)
        return number

    def _rewrite(self, made: Rewritten, name: str) -> str:
        before = self.state
        after = after_edit(before, Edit(made.graph, name, frozenset((made.node,))))
        self.session.take(_run_again(before, after))
        return f"{_what_is_there(made)} {_compared(before, made)}"


def _run_again(before: State, after: State) -> State:
    """The State after the edit, with the passes of before run on its graph, at the same moment."""
    if before.trace is None or before.is_training:
        return after
    done = 0 if after.training is None else after.training.k
    script = tuple(replace(each, steps=None) for each in before.trace.script)
    trace = run_of(after.graph, script, done)
    common = before.graph.nodes.keys() & after.graph.nodes.keys()
    cursor = moment_in(trace, before.trace, before.cursor, common)
    return replace(after, trace=trace, cursor=cursor, wanted_cursor=cursor)


def _what_is_there(made: Rewritten) -> str:
    """``o is 7 nodes now: tanh(n) as exponentials.``"""
    node = made.graph.nodes[made.node]
    if made.gone:
        return tr("{name} is one node again, {op}.", name=node.spoken, op=op_of(made.op).symbol)
    if not made.new:
        return tr(
            "{name} = {op} is one node of {other_op} now.",
            name=node.spoken,
            op=op_of(made.op).symbol,
            other_op=op_of(node.op or "").symbol,
        )
    return tr(
        "{name} = {op} is {n} nodes now.",
        name=node.spoken,
        op=op_of(made.op).symbol,
        n=len(made.new) + 1,
    )


def _compared(before: State, made: Rewritten) -> str:
    """Whether the numbers of all other nodes are the same after a forward and a backward pass."""
    old, new = before.graph, made.graph
    if old.target is None or old.nodes[old.target].is_leaf:
        return ""
    runs = run_of(old, _WHOLE), run_of(new, _WHOLE)
    if runs[0].problem is not None:
        return tr("The run stops at a problem before and after.") if runs[1].problem else ""
    if runs[1].problem is not None:
        return tr("The same function, not the same floats: {note}", note=again(runs[1].problem.note))
    common = old.nodes.keys() & new.nodes.keys()
    by, node = furthest(runs[0].frame(len(runs[0])), runs[1].frame(len(runs[1])), common)
    if by == 0:
        return tr("The data and gradients of the {n} nodes that stay are exactly the same.", n=len(common))
    if by < ROUNDING:
        return tr(
            "The data and gradients of the {n} nodes that stay are the same, but for rounding "
            "(at most {by} of their size).",
            n=len(common),
            by=written(by, 1),
        )
    assert node is not None
    return tr("Numbers are not the same: they are furthest apart at {name}.", name=new.nodes[node].spoken)
