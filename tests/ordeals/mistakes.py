"""Mistakes: one is planted in the lecture's class, on graphs at random; `diagnose` names its cause.

For a class without one, and on a graph on which the mistake changes no number, it says nothing; where it
changes one by less than these tests call wrong, it may.
"""

from __future__ import annotations

from random import Random

from micrograd import diagnose
from tests.engine.planted import everything, planted, random_graph
from tests.engine.test_diagnose import ELSEWHERE, OVERWRITTEN, REPEATED, SLOPES, WALKS, is_wrong, repeated
from tests.ordeals.report import Report

COUNTED = "graphs"
KINDS = [
    ("no mistake", "", planted(), None),
    ("a set loses an operand", "lost_operand", planted(once=True), None),
    *((name, "wrong_slope", planted(slopes={op: rule}), None) for name, (op, rule, _) in SLOPES.items()),
    *((f"= in {ops}", "overwritten", planted(assigns=ops), None) for ops in OVERWRITTEN),
    *((f"walk: {walk}", "order", planted(walk=walk), None) for walk in WALKS),
    *((f"hung on self in {ops}", "not_run", planted(elsewhere=ops), None) for ops in ELSEWHERE),
    *((words, "not_zeroed", planted(), repeated(zeroed)) for zeroed, words in REPEATED),
]


def run(draw: Random, report: Report) -> None:
    """Diagnose until the report is full; at a kink the slope of either side is right."""
    report.counted = COUNTED
    while not report.full:
        name, cause, cls, backward = draw.choice(KINDS)
        seed = draw.randrange(1 << 30)
        root = random_graph(cls, seed)
        (backward or cls.backward)(root)
        wrong, found = is_wrong(root), diagnose(root)
        report.done[COUNTED] += 1
        report.done["of them wrong"] += wrong
        if (found.cause if found else "") not in ((cause,) if wrong and not at_a_kink(root) else ("", cause)):
            report.fault(f"{name}, graph {seed}: {found.sentence if found else 'nothing is said'}")


def at_a_kink(root: object) -> bool:
    """Whether a relu of the graph stands at 0."""
    return any(v._op == "relu" and any(x.data == 0 for x in v._prev) for v in everything(root))
