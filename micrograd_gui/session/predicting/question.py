"""Question: what is asked of the next step, what is right, and the rule of it, in symbols and in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from micrograd.language import joined, remembered, tr, trn
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.text import written
from micrograd_gui.session import stepping
from micrograd_gui.session.choosing import pass_from
from micrograd_gui.session.explain.formulas import (
    ADDS,
    EQUALS,
    GRAD,
    PLUS,
    Fragment,
    Line,
    Naming,
    backward_lines,
    definition,
    forward_line,
    name_of,
    naming_of,
    operand_name,
    seed_line,
    sentence,
    update_line,
)
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import Position
from micrograd_gui.session.trace import Contribution, Frame, Step

_MOST_WAYS = 3  # summands of a final gradient that a hint shows


class Question(NamedTuple):
    """What is asked at a moment.

    Attributes:
        kind: Which answer is wanted; "nothing": there is none to be had, and ``context`` says why.
        asks: What is asked, to be followed by the answer: ``e.grad +=``.
        context: Of what: ``backward through d = e + c``.
        right: The right number; None where none is asked.
        hints: The rule in symbols, then with the numbers.
        end: The moment at which it is shown.
        part, parts: Which of how many questions of one step it is.
        node: Whose number it is, or the node that the engine has act next.
        allowed: The nodes that may act next.
        given: What the number comes from, where it is a contribution.
        ways: The contributions of a final gradient that are still to come; ``before`` is what is there.
    """

    kind: Literal["number", "sign", "node", "nothing"]
    asks: str
    context: str
    right: float | None = None
    hints: tuple[Line, ...] = ()
    end: int = 0
    part: int = 0
    parts: int = 1
    node: NodeId | None = None
    allowed: frozenset[NodeId] = frozenset()
    given: Contribution | None = None
    ways: tuple[Contribution, ...] = ()
    before: float | None = None
    step: Step | None = None

    @property
    def text(self) -> str:
        """The question on one line."""
        if self.kind == "nothing":
            return self.context
        return f"{self.alone}{f'  —  {self.context}' if self.context else ''}"

    @property
    def alone(self) -> str:
        """The question without its context."""
        if self.kind in ("nothing", "node"):
            return self.asks
        of = " " + tr("({part} of {parts})", part=self.part + 1, parts=self.parts) if self.parts > 1 else ""
        sign = tr("Which sign:") + "  " if self.kind == "sign" else ""
        return f"{sign}{self.asks} ?{of}"


def recorded_ahead(state: State) -> State:
    """The same moment, of a run in which what comes next is recorded. Raises Refusal where nothing comes.

    For a final gradient that is all of the backward pass that comes next.
    """
    quiz = state.quiz
    if quiz is not None and quiz.mode == "gradient":
        run = stepping.next_backward_move(state).run
    elif state.following is not None:
        return state
    elif state.forward_done:
        run = stepping.next_backward_move(state).run
    else:
        run = stepping.next_forward_move(state).run
    if run is state.trace:
        return state
    here = Position(run, state.cursor if state.trace is not None else 0)
    return stepping.standing_at(state, here)


@remembered(4)  # a State has no other eyes: it is asked by the line, by what is hidden, by the canvas
def question_at(state: State) -> Question:
    """What is asked at this moment; of a State in which nobody predicts, nothing."""
    quiz = state.quiz
    if quiz is None:
        return _nothing(tr("Nobody predicts: press P first."))
    try:
        there = recorded_ahead(state)
    except Refusal as refusal:
        return _nothing(str(refusal))
    following = there.following
    if following is None:
        return _nothing(tr("Nothing comes next here."))
    if quiz.mode == "node":
        return _next_node(there, following)
    if quiz.mode == "gradient":
        return _final_gradient(there)
    asked = _next_number(there, following, quiz.part)
    return asked._replace(kind="sign") if quiz.mode == "sign" and asked.kind == "number" else asked


def asked_about(state: State) -> tuple[NodeId, ...]:
    """The node whose step is asked for and its operands; none where nobody predicts, or the node is asked."""
    question, nodes = question_at(state), state.graph.nodes
    if question.kind not in ("number", "sign") or question.node is None:
        return ()
    acting = None if question.step is None else question.step.node
    if acting is None or acting not in nodes:
        return (question.node,)
    return (acting, *(each for each in nodes[acting].inputs if each is not None))


def _nothing(why: str, end: int = 0) -> Question:
    return Question("nothing", "", why, end=end)


# The next number ---------------------------------------------------------------------------------


def _next_number(state: State, step: Step, part: int) -> Question:
    graph, end = state.graph, state.cursor + 1
    node = None if step.node is None else graph.nodes[step.node]
    match step.kind:
        case "forward" if node is not None and step.data is not None:
            return Question(
                "number", f"{_names(state).field(node, 'data').text} =",
                tr("forward: {equation}", equation=_text(definition(graph, node))),
                step.data, _forward_hints(graph, node, state.frame), end, node=node.id, step=step,
            )  # fmt: skip
        case "seed" if node is not None:
            return _seed(state, step, node)
        case "backward" if node is not None and step.contributions:
            return _contribution(state, step, node, min(part, len(step.contributions) - 1))
        case "update" if step.changes:
            return _change(state, step)
        case "zero":
            hint = sentence(
                tr("zero_grad sets every grad to the same number, so that the next pass adds to it.")
            )
            return Question("number", tr("every grad ="), tr("zero grad"), 0.0, (hint, hint), end, step=step)
        case "rows":
            return _nothing(
                tr("Next come the gradients over several rows: nothing to work out by hand. Show it."), end
            )
        case "problem":
            return _nothing(tr("The next step cannot be done: what goes wrong there? Show it."), end)
    return _nothing(tr("The next step has no number to predict. Show it."), end)


def _forward_hints(graph: Graph, node: Node, frame: Frame) -> tuple[Line, Line]:
    parts = forward_line(graph, node, frame).parts
    return _joined(parts[:-2]), _joined(parts[:-1])


def _seed(state: State, step: Step, node: Node) -> Question:
    name = operand_name(node)
    context = tr("the backward pass begins")
    if step.backward_pass > 1:
        context = tr("a further pass begins, and adds to the grads that are there (Zero grad: Z)")
    names = _names(state)
    symbols = _joined(seed_line(node, names).parts[: 1 if names.leibniz else 2])
    moves = Fragment("plain", tr("moving {name} by h moves {name} by h:", name=name) + "  ")
    return Question(
        "number", f"{names.grad(node)} =", context, 1.0,
        (symbols, Line("big", (moves, *symbols.fragments, EQUALS, Fragment("plain", "h ÷ h")))),
        state.cursor + 1, node=node.id, step=step,
    )  # fmt: skip


def _contribution(state: State, step: Step, node: Node, part: int) -> Question:
    graph, each = state.graph, step.contributions[part]
    operand = graph.nodes[each.operand]
    parts = backward_lines(graph, node, state.frame, each, _names(state))[0].parts
    context = tr("through {equation}", equation=_text(definition(graph, node)))
    if each.before:
        context = tr("{context}; it holds {number} before", context=context, number=written(each.before))
    return Question(
        "number", f"{_names(state).grad(operand)} +=",
        context,
        each.amount, (_joined(parts[:-2]), _joined(parts[:-1])),
        state.cursor + 1, part, len(step.contributions), operand.id,
        given=each, before=each.before, step=step,
    )  # fmt: skip


def _change(state: State, step: Step) -> Question:
    """Of an update the parameter that is selected, else the first."""
    change = next((each for each in step.changes if each.node == state.selected), step.changes[0])
    node = state.graph.nodes[change.node]
    parts = update_line(node, step.rate, change, step.rule, _names(state)).parts
    context = tr("update: parameters move against their grad")
    return Question(
        "number", f"{_names(state).field(node, 'data').text} =", context,
        change.after, (_joined(parts[:1]), _joined(parts[:-1])), state.cursor + 1, node=node.id, step=step,
    )  # fmt: skip


def _names(state: State) -> Naming:
    """How derivatives are written."""
    return naming_of(state.graph, state.notation)


def _joined(parts: Sequence[tuple[Fragment, ...]]) -> Line:
    return Line("big", tuple(fragment for part in parts for fragment in part))


def _text(fragments: Sequence[Fragment]) -> str:
    return "".join(fragment.text for fragment in fragments)


# A final gradient --------------------------------------------------------------------------------


def _final_gradient(state: State) -> Question:
    """Of the selected node, where one is still to get some; else of the leaf that has all of it first."""
    assert state.trace is not None
    ahead = _ways_ahead(state)
    if not ahead:
        return _nothing(tr("No node gets a gradient from here on."))
    graph, chosen = state.graph, state.selected
    if chosen not in ahead:
        leaves = [node for node in ahead if graph.nodes[node].is_leaf] or list(ahead)
        chosen = min(leaves, key=lambda node: ahead[node][-1][0])
    ends, node = ahead[chosen], graph.nodes[chosen]
    end, before = ends[-1][0], state.frame.grad.get(chosen)
    came = [(through, each) for _, through, each in ends if through is not None and each is not None]
    ways = tuple(each for _, each in came)
    names = _names(state)
    if not ways:  # the target: its seed
        step = state.trace.steps[end - 1]
        return _seed(state, step, node)._replace(end=end)
    context = tr("at the end of the backward pass")
    if before:
        context = tr("{context}; so far it holds {number}", context=context, number=written(before))
    if len(ways) > 1:
        context = tr("{context}; {n} wires bring something", context=context, n=len(ways))
    last = Position(state.trace, end).run.frame(end)
    return Question(
        "number", f"{names.grad(node)} =", context, ways[-1].after,
        sum_lines(graph, node, came, before, last, names),
        end, node=chosen, ways=ways, before=before,
    )  # fmt: skip


_Ahead = dict[NodeId, list[tuple[int, NodeId | None, Contribution | None]]]


def _ways_ahead(state: State) -> _Ahead:
    """By node what the backward pass that comes next, or is on its way, still adds to it, and when."""
    trace, found = state.trace, _Ahead()
    assert trace is not None
    begun = False
    for at in range(state.cursor, len(trace)):
        step = trace.steps[at]
        if step.kind == "seed" and step.node is not None:
            if begun:
                break
            found.setdefault(step.node, []).append((at + 1, None, None))
        begun = begun or step.kind in ("seed", "backward")
        if begun and step.kind not in ("seed", "backward"):
            break
        for each in step.contributions:
            found.setdefault(each.operand, []).append((at + 1, step.node, each))
    return found


def sum_lines(
    graph: Graph,
    node: Node,
    ways: Sequence[tuple[NodeId, Contribution]],
    before: float | None,
    frame: Frame,
    names: Naming = GRAD,
) -> tuple[Line, Line]:
    """``a.grad = b.data × e.grad + …``, then with the numbers.

    ``ways`` are what came, and through which node. The numbers of the frame must be those of that pass.
    """
    symbols, numbers = list[Fragment](), list[Fragment]()
    if before:
        symbols += [Fragment("plain", tr("what it holds"))]
        numbers += [Fragment("grad", written(before))]
    for through, each in ways[:_MOST_WAYS]:
        parts = backward_lines(graph, graph.nodes[through], frame, each, names)[0].parts
        symbols += [PLUS] if symbols else []
        numbers += [PLUS] if numbers else []
        head = parts[0]
        symbols += head[head.index(ADDS) + 1 :]
        numbers += parts[1][1:]
    if len(ways) > _MOST_WAYS:
        more = Fragment("plain", " " + tr("+ {n} more", n=len(ways) - _MOST_WAYS))
        symbols.append(more)
        numbers.append(more)
    head_of = (Fragment("symbol", names.grad(node)), EQUALS)
    return Line("big", (*head_of, *symbols)), Line("big", (*head_of, *symbols, EQUALS, *numbers))


# Which node acts next ----------------------------------------------------------------------------


def _next_node(state: State, step: Step) -> Question:
    if step.kind not in ("forward", "seed", "backward") or step.node is None:
        asked = _next_number(state, step, 0)
        return asked._replace(
            kind="nothing", context=tr("Next is no node's turn: {context}. Show it.", context=asked.context)
        )
    end, asks = state.cursor + 1, tr("Which node acts next?")
    if step.kind == "seed":
        hint = sentence(tr("The backward pass begins where the slope is known: d of what by itself is 1?"))
        return Question("node", asks, tr("the backward pass begins"), None, (hint, hint), end,
            node=step.node, allowed=frozenset((step.node,)), step=step)  # fmt: skip
    if step.kind == "forward":
        hints = (
            tr("A node can be computed as soon as all of its operands hold data."),
            tr("Look for an op whose data is still missing, and whose operands all have theirs."),
        )
    else:
        hints = (
            tr("A node hands its gradient on once all that use it have handed theirs to it."),
            tr("Look for an op whose grad is whole, and which has not handed it on yet."),
        )
    first, second = map(sentence, hints)
    return Question("node", asks, tr(step.kind), None, (first, second), end,
        node=step.node, allowed=may_act(state, step.kind == "backward"), step=step)  # fmt: skip


def may_act(state: State, backward: bool) -> frozenset[NodeId]:
    """The nodes that may act next in the pass that is on its way."""
    return frozenset(
        n for n in state.graph.nodes if not _waits_for(state, n, backward) and _acts(state, n, backward)
    )


def _acts(state: State, number: NodeId, backward: bool) -> bool:
    """Whether the node acts in the pass, and has not done so yet."""
    node = state.graph.nodes[number]
    if node.is_leaf or None in node.inputs or (backward and number not in state.graph.feeding):
        return False
    return number not in _acted(state)


def _waits_for(state: State, number: NodeId, backward: bool) -> list[NodeId]:
    """Who has to act before the node may."""
    graph, acted = state.graph, _acted(state)
    if backward:
        users = dict.fromkeys(user for user, _ in graph.users[number] if user in graph.feeding)
        return [user for user in users if user not in acted]
    sources = dict.fromkeys(each for each in graph.nodes[number].inputs if each is not None)
    return [each for each in sources if graph.nodes[each].op is not None and each not in acted]


@lru_cache(maxsize=2)
def _acted(state: State) -> frozenset[NodeId]:
    assert state.trace is not None
    return frozenset(pass_from(Position(state.trace, state.cursor))[1].acted)


def why_not(state: State, number: NodeId) -> str:
    """Why that node may not act next, as a sentence that tells no number."""
    graph, node = state.graph, state.graph.nodes[number]
    asked = question_at(state)
    backward = asked.step is not None and asked.step.kind != "forward"
    name = node.spoken
    if node.is_leaf:
        if backward:
            return tr("{name} is a leaf: it hands no gradient on.", name=name)
        return tr("{name} is a leaf: it is given, not computed.", name=name)
    if asked.step is not None and asked.step.kind == "seed":
        return tr("First the target gets its seed: that is where the slope is known.")
    there = recorded_ahead(state)
    if backward and number not in graph.feeding:
        return tr("{name} does not feed the target: no gradient comes to it.", name=name)
    if number in _acted(there):
        return tr("{name} has acted in this pass.", name=name)
    waits = [name_of(graph.nodes[each]) for each in _waits_for(there, number, backward)]
    if not waits:
        return ""
    names = joined(waits)
    if len(waits) > 2:
        names = tr("{name} and {n} others", name=waits[0], n=len(waits) - 1)
    told = {"name": name, "names": names}
    if backward:
        return trn(
            "{name} has to wait until {names} has acted.",
            "{name} has to wait until {names} have acted.",
            len(waits),
            **told,
        )
    return trn(
        "{name} needs {names}, which is not computed yet.",
        "{name} needs {names}, which are not computed yet.",
        len(waits),
        **told,
    )
