"""Walks: random sessions of verbs, done by the program and by the oracle, and what the two disagree about.

A walk is a list of `Said`: a verb and numbers that choose what it is about among what is there. So any part
of a walk is a walk, and one that fails is made short by leaving verbs out for as long as it still fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

import numpy as np

from micrograd_gui.document.data import Column, Data
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.session.session import Session
from tests.session.oracle import ONE, TWO, Box, Plan, Refused, Rows, Sheet
from tests.session.oracle_session import OracleSession
from tests.session.shown import compare

NUMBERS = (0.0, 1.0, -1.0, 2.0, 0.5, -3.0, -0.0, 1e-9, 30.0, 700.0, -1e200, math.inf)
RATES = (
    0.01,
    0.1,
    0.05,
    0.47,
    0.97,
    30.0,
    1e-12,
    1e6,
)  # no nice ones: 2 − 1 × 2 is 0 but for rounding, and a kink
LARGEST = 26  # boxes, before no more are added


class Said(NamedTuple):
    """A verb, and the numbers that choose what it is about."""

    verb: str
    a: int = 0
    b: int = 0
    c: int = 0


class Disagreement(AssertionError):
    """The program shows what is not so, or the oracle is wrong."""


def some_number(pick: int) -> float:
    """Mostly between −2 and 2; one in five is a number that people try."""
    return NUMBERS[pick // 5 % len(NUMBERS)] if pick % 5 == 0 else round((pick % 4001) / 1000 - 2, 3)


def rows_of(k: int, sheet: Sheet) -> Sequence[int]:
    """By the rule of micrograd's demo, and numpy's generator."""
    assert sheet.rows is not None
    count, batch = len(sheet.rows.rows), sheet.plan.batch
    if batch is None or batch >= count:
        return range(count)
    return [int(row) for row in np.random.RandomState([1337, k]).permutation(count)[:batch]]


def drawn(graph: Graph) -> Sheet:
    """What is on the canvas, as boxes."""
    boxes = {n.id: Box(n.op, n.inputs, n.data if n.op is None else 1.0, n.role) for n in graph}
    rows = None
    if graph.data is not None:
        columns = tuple(column.node for column in graph.data.columns)
        rows = Rows(columns, graph.data.rows, graph.data.shown, graph.data.reduction == "mean")
    return Sheet(boxes, graph.chosen_target, rows)


def typed(pick: int) -> tuple[str, list[tuple[str, str | None, tuple[str, ...], float]]]:
    """An expression of a few lines; and its lines: name, op (None: a leaf), operands, number."""
    draw = Random(pick)
    lines: list[tuple[str, str | None, tuple[str, ...], float]] = []
    for name in "abcdefg"[: draw.randint(1, 5)]:
        lines.append((name, None, (), some_number(draw.randrange(10_000))))
    for at in range(draw.randint(1, 9)):
        names = [line[0] for line in lines][-6:]
        op = draw.choice((*TWO, "+", "*", "*", "tanh", *ONE, "**2", "**3", "**0.5", "**-1"))
        arity = 2 if op in TWO else 1
        lines.append((f"t{at}", op, tuple(draw.choice(names) for _ in range(arity)), 1.0))
    texts = [f"{name} = {_written(op, operands, number)}" for name, op, operands, number in lines]
    return "; ".join(texts), lines


def _written(op: str | None, operands: tuple[str, ...], number: float) -> str:
    if op is None:
        return repr(number) if math.isfinite(number) else "1.5"
    if op in TWO:
        return f"{operands[0]} {op} {operands[1]}"
    if op == "neg":
        return f"-{operands[0]}"
    return f"{operands[0]}{op}" if op.startswith("**") else f"{op}({operands[0]})"


class Walk:
    """A session and the oracle's, hand in hand.

    Attributes:
        session, oracle: The two.
        log: What was done, as one would write it.
    """

    def __init__(self) -> None:
        self.session = Session()
        self.oracle = OracleSession(Sheet(), rows_of)
        self.log: list[str] = []

    @property
    def sheet(self) -> Sheet:
        return self.oracle.sheet

    def box(self, pick: int) -> int | None:
        boxes = list(self.sheet.boxes)
        return boxes[pick % len(boxes)] if boxes else None

    def leaf(self, pick: int) -> int | None:
        leaves = list(self.sheet.leaves)
        return leaves[pick % len(leaves)] if leaves else None

    def do(self, said: Said) -> None:
        """Say a verb to both, and compare. Raises Disagreement."""
        getattr(self, f"say_{said.verb}")(said.a, said.b, said.c)
        compare(self)

    def both(self, text: str, real: Callable[[], object], ours: Callable[[], object]) -> bool:
        """Do it in both; gives whether it was done. Raises Disagreement where only one of them refuses."""
        self.log.append(text)
        refusal, refused = "", False
        try:
            real()
        except Refusal as sentence:
            refusal = str(sentence) or "?"
        try:
            ours()
        except Refused:
            refused = True
        if bool(refusal) != refused:
            raise Disagreement(
                f"the program says “{refusal}”, the oracle {'refuses' if refused else 'does it'}"
            )
        return not refused

    def verb(self, name: str, *given: object) -> bool:
        """One that both know by the same name."""
        text = f"session.{name}({', '.join(map(repr, given))})"
        return self.both(
            text, lambda: getattr(self.session, name)(*given), lambda: getattr(self.oracle, name)(*given)
        )

    # Edits ---------------------------------------------------------------------------------------
    def say_build(self, a: int, b: int, c: int) -> None:
        text, lines = typed(a)

        def draw() -> None:
            graph = self.session.state.graph
            number = {node.label: node.id for node in graph}
            given = {number[name]: Box(op, tuple(number[x] for x in operands), x if math.isfinite(x) else 1.5)
                     for name, op, operands, x in lines}  # fmt: skip
            self.oracle.edit(Sheet({n: given[n] for n in graph.nodes}, number[lines[-1][0]]))

        self.both(f"session.build({text!r})", lambda: self.session.build(text), draw)
        for pick in (b, c):
            leaf = self.leaf(pick)
            if leaf is not None:
                self._mark(leaf, "parameter")

    def say_network(self, a: int, b: int, c: int) -> None:
        """A neuron or two with a loss, and rows for it: the one graph that is taken over as it is drawn."""
        form = ("squared", "margin")[a % 2]
        layers = ((1,), (2, 1))[b % 2]
        graph, _ = with_block(
            Graph(), BlockSpec("mlp", 2, layers, activation=("tanh", "relu")[c % 2], seed=a)
        )
        graph, _ = with_block(graph, BlockSpec("loss", form=form))
        self.both(
            f"session.replace_graph(network {layers} {form})",
            lambda: self.session.replace_graph(graph, "Network"),
            lambda: self.oracle.edit(drawn(graph)),
        )

    def say_add(self, a: int, b: int, c: int) -> None:
        if len(self.sheet.boxes) < LARGEST:
            op = (*TWO, *ONE, "**2", "value")[a % 17]
            arity = 0 if op == "value" else 2 if op in TWO else 1
            new = self.session.state.graph.next_id
            box = Box(None if arity == 0 else op, (None,) * arity, some_number(b))
            boxes = {**self.sheet.boxes, new: box if arity == 0 else replace(box, number=1.0)}
            self.both(
                f"session.add_node({op!r}, data={box.number!r})",
                lambda: self.session.add_node(op, data=box.number),
                lambda: self.oracle.draw(boxes, self.sheet.chosen),
            )

    def say_apply(self, a: int, b: int, c: int) -> None:
        on = self.box(b)
        if on is not None and len(self.sheet.boxes) < LARGEST:
            op = (*TWO, *ONE, "**2", "**3")[a % 17]
            new = self.session.state.graph.next_id
            boxes = {**self.sheet.boxes, new: Box(op, (on, None) if op in TWO else (on,))}
            chosen = new if self.sheet.chosen == on else self.sheet.chosen
            self.both(
                f"session.apply_op({op!r}, {on})",
                lambda: self.session.apply_op(op, on),
                lambda: self.oracle.draw(boxes, chosen),
            )

    def say_connect(self, a: int, b: int, c: int) -> None:
        source, node = self.box(a), self.box(b)
        if source is None or node is None:
            return
        inputs = self.sheet.boxes[node].inputs
        port = None if c % 3 == 0 else c % max(1, len(inputs))

        def wire() -> None:
            at = inputs.index(None) if port is None and None in inputs else port
            if not inputs or at is None or node in self.sheet.built(source):
                raise Refused
            self._wired(node, at, source)

        self.both(
            f"session.connect({source}, {node}, {port})",
            lambda: self.session.connect(source, node, port),
            wire,
        )

    def say_disconnect(self, a: int, b: int, c: int) -> None:
        node = self.box(a)
        if node is None or not self.sheet.boxes[node].inputs:
            return
        port = b % len(self.sheet.boxes[node].inputs)
        self.both(
            f"session.disconnect({node}, {port})",
            lambda: self.session.disconnect(node, port),
            lambda: self._wired(node, port, None),
        )

    def _wired(self, node: int, port: int, source: int | None) -> None:
        box = self.sheet.boxes[node]
        inputs = (*box.inputs[:port], source, *box.inputs[port + 1 :])
        if inputs != box.inputs:
            boxes = {**self.sheet.boxes, node: replace(box, inputs=inputs)}
            self.oracle.draw(boxes, self.sheet.chosen)

    def say_delete(self, a: int, b: int, c: int) -> None:
        gone = {n for n in (self.box(a), self.box(b) if c % 4 == 0 else None) if n is not None}
        if gone:
            boxes = {
                n: replace(box, inputs=tuple(None if x in gone else x for x in box.inputs))
                for n, box in self.sheet.boxes.items()
                if n not in gone
            }
            chosen = None if self.sheet.chosen in gone else self.sheet.chosen
            self.both(
                f"session.delete({gone})",
                lambda: self.session.delete(gone),
                lambda: self.oracle.draw(boxes, chosen),
            )

    def say_duplicate(self, a: int, b: int, c: int) -> None:
        some = {n for n in map(self.box, (a, b, c)) if n is not None}
        if some and len(self.sheet.boxes) < LARGEST:
            first = self.session.state.graph.next_id
            new = {n: first + at for at, n in enumerate(n for n in self.sheet.boxes if n in some)}
            copies = {
                new[n]: replace(
                    self.sheet.boxes[n], inputs=tuple(new.get(x) for x in self.sheet.boxes[n].inputs)
                )  # type: ignore[arg-type]
                for n in new
            }
            self.both(
                f"session.duplicate({some})",
                lambda: self.session.duplicate(some),
                lambda: self.oracle.draw({**self.sheet.boxes, **copies}, self.sheet.chosen),
            )

    def say_target(self, a: int, b: int, c: int) -> None:
        node = None if b % 3 == 0 else self.box(a)
        changed = node != self.sheet.chosen
        self.both(
            f"session.set_target({node})",
            lambda: self.session.set_target(node),
            lambda: changed and self.oracle.edit(replace(self.sheet, chosen=node)),
        )

    def say_set_value(self, a: int, b: int, c: int) -> None:
        node = self.box(a) if c % 4 == 0 else self.leaf(a)
        if node is not None:
            self.verb("set_value", node, float(b % 5 - 1) if self.sheet.boxes[node].op else some_number(b))

    def say_mark(self, a: int, b: int, c: int) -> None:
        leaf = self.leaf(a)
        if leaf is not None:
            self._mark(leaf, ("parameter", "parameter", "input", "")[b % 4])

    def _mark(self, leaf: int, role: str) -> None:
        box = replace(self.sheet.boxes[leaf], role=role)
        changed = box != self.sheet.boxes[leaf]
        self.both(
            f"session.mark({leaf}, {role!r})",
            lambda: self.session.mark(leaf, role),  # type: ignore[arg-type]
            lambda: changed and self.oracle.edit(replace(self.sheet, boxes={**self.sheet.boxes, leaf: box})),
        )

    def say_undo(self, a: int, b: int, c: int) -> None:
        self.verb("undo")

    def say_redo(self, a: int, b: int, c: int) -> None:
        self.verb("redo")

    # Passes --------------------------------------------------------------------------------------
    def say_pass(self, a: int, b: int, c: int) -> None:
        self.verb(("forward", "forward_step", "backward", "backward_step", "backward_step")[a % 5])

    def say_zero_grad(self, a: int, b: int, c: int) -> None:
        self.verb("zero_grad")

    def say_update(self, a: int, b: int, c: int) -> None:
        some = RATES if self.sheet.plan.optimiser == "sgd" else RATES[:5]
        self.verb("update", None if b % 3 == 0 else some[a % len(some)])

    def say_seek(self, a: int, b: int, c: int) -> None:
        moves = {"next": 1, "previous": -1, "first": -1000, "last": 1000}
        name = (*moves, "seek", "previous", "next")[a % 7]
        if name == "seek":
            self.verb("seek", b % 30)
        else:
            to = self.oracle.cursor + moves[name]
            self.both(f"session.{name}()", getattr(self.session, name), lambda: self.oracle.seek(to))

    # Measuring -----------------------------------------------------------------------------------
    def say_nudge(self, a: int, b: int, c: int) -> None:
        node = self.box(a)
        if node is not None:
            central = c % 2 == 0
            self.session.set_sides("central" if central else "forward")
            self.oracle.central = central
            self.verb("nudge", node, (None, 0.001, 0.1, -0.01, 1e-6)[b % 5])

    def say_h(self, a: int, b: int, c: int) -> None:
        self.verb("set_h", (0.001, 0.01, 1e-4, 0.0, math.nan, 1e-6)[a % 6])

    def say_check(self, a: int, b: int, c: int) -> None:
        self.verb("check_all")

    # Rows and training ---------------------------------------------------------------------------
    def say_rows(self, a: int, b: int, c: int) -> None:
        """Rows of random numbers, each column bound to a leaf."""
        draw = Random(a)
        leaves = [n for n, box in self.sheet.boxes.items() if box.op is None and box.role != "parameter"]
        draw.shuffle(leaves)
        bound = leaves[: 1 + b % 3]
        if c % 12 == 0 or not bound:
            self.both(
                "session.set_rows(None)",
                lambda: self.session.set_rows(None),
                lambda: self.oracle.set_rows(None),
            )
            return
        numbers = tuple(
            tuple(round(draw.uniform(-2, 2), 2) for _ in bound) for _ in range(draw.randint(1, 5))
        )
        data = Data(tuple(Column(f"x{n}", n) for n in bound), numbers, 0, "sum" if c % 3 == 0 else "mean")
        self.both(
            f"session.set_rows({data!r})",
            lambda: self.session.set_rows(data),
            lambda: self.oracle.set_rows(Rows(tuple(bound), numbers, 0, data.reduction == "mean")),
        )

    def say_show_row(self, a: int, b: int, c: int) -> None:
        self.verb("show_row", a % 6)

    def say_plan(self, a: int, b: int, c: int) -> None:
        optimiser = ("sgd", "momentum", "adam", "sgd")[b % 4]
        rate = RATES[a % (len(RATES) if optimiser == "sgd" else 5)]
        new = Plan(
            rate,
            optimiser,
            ("constant", "demo")[c % 2],
            1 + b % 7,
            (None, None, 2)[c % 3],
            ("rows", "row", "rows")[a // 8 % 3],
        )
        given = new.__dict__
        text = ", ".join(f"{name}={value!r}" for name, value in given.items())
        self.both(
            f"session.set_plan({text})",
            lambda: self.session.set_plan(**given),
            lambda: self.oracle.set_plan(new),
        )

    def say_train(self, a: int, b: int, c: int) -> None:
        name = ("train_step", "train_step", "train_start", "train_stop", "train_tick", "train_tick")[a % 6]
        self.verb(name, *((b % 5,) if name == "train_tick" else ()))

    def say_rewind(self, a: int, b: int, c: int) -> None:
        self.verb("rewind")


_EDITS = {
    "build": 2, "network": 1, "add": 3, "apply": 6, "connect": 6, "disconnect": 1, "delete": 2,
    "duplicate": 2, "target": 2, "set_value": 8, "mark": 4, "undo": 8, "redo": 5, "rows": 3,
}  # fmt: skip
_PASSES = {
    "pass": 40,
    "zero_grad": 6,
    "update": 16,
    "seek": 12,
    "nudge": 6,
    "h": 1,
    "check": 6,
    "set_value": 8,
}
_TRAINING = {"rows": 3, "show_row": 6, "plan": 6, "train": 24, "rewind": 1, "undo": 4, "redo": 2, "mark": 1}
WEIGHTS = (  # of who draws, of who steps, and of who trains
    {**_PASSES, **_EDITS, "train": 2, "show_row": 2},
    {
        **_PASSES,
        "undo": 5,
        "redo": 3,
        "mark": 2,
        "show_row": 5,
        "rows": 1,
        "train": 2,
        "target": 1,
        "apply": 1,
    },
    {**_PASSES, "pass": 20, "update": 10, **_TRAINING},
)


def walk_of(seed: int) -> list[Said]:
    """The random session of that number: some 8 to 45 verbs, the first of which draw a graph."""
    draw = Random(seed)
    kind = seed % 3
    first = draw.choice((("build",), ("build",), ("network", "rows"), ("build", "rows")))
    first = (
        ("network", "rows")
        if kind == 2 and draw.random() < 0.6
        else ("build", "rows")
        if kind == 2
        else first
    )
    weights = WEIGHTS[kind]
    verbs = [*first, *draw.choices(list(weights), list(weights.values()), k=draw.randint(7, 42))]
    return [Said(verb, *(draw.randrange(1_000_000) for _ in range(3))) for verb in verbs]


def failure_of(
    saids: Sequence[Said], look: Callable[[Walk], Callable[[Said], None]] | None = None
) -> tuple[str, list[str]] | None:
    """What goes wrong in that walk, and what was done up to there; None where nothing does.

    ``look(walk)`` gives what looks at the screen after each verb.
    """
    walk = Walk()
    then = None if look is None else look(walk)
    for said in saids:
        try:
            walk.do(said)
            if then is not None:
                then(said)
        except Exception as error:  # noqa: BLE001 - whatever the program raises is a finding
            return f"{type(error).__name__}: {error}", walk.log
    return None


def shortened(
    saids: Sequence[Said], look: Callable[[Walk], Callable[[Said], None]] | None = None
) -> list[Said]:
    """The walk without the verbs that it does not need in order to fail in the same way."""
    found = failure_of(saids, look)
    assert found is not None
    kind, kept = found[0][:30], list(saids)
    for size in (8, 4, 2, 1, 1):
        at = len(kept)
        while at > 0:
            at -= size
            fewer = [*kept[: max(at, 0)], *kept[max(at, 0) + size :]]
            again = failure_of(fewer, look)
            if again is not None and again[0][:30] == kind:
                kept = fewer
    return kept
