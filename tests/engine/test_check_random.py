"""The check on random graphs of eight kinds: right ones pass, and one rule broken in one node is caught."""

import random

import pytest

from micrograd import gradcheck
from tests.engine.kinds_of_graphs import BREAKS, KINDS, program, run

COUNT = 150  # right graphs of each kind: 1,200 of all


@pytest.mark.parametrize("kind", KINDS)
def test_no_right_graph_is_called_wrong(kind):
    for seed in range(COUNT):
        found = gradcheck(run(program(kind, seed))[-1])
        assert found.ok is not False, (kind, seed, str(found))
        for row in found:
            assert not (row.ok and row.reason is None and row.error > 1e-5), (kind, seed, row)


@pytest.mark.parametrize("kind", ["plain", "small", "edges", "kinks"])
def test_right_graphs_whose_numbers_tell_it_are_called_right(kind):
    told = [gradcheck(run(program(kind, seed))[-1]).ok for seed in range(COUNT)]
    assert told.count(True) >= 0.97 * COUNT


@pytest.mark.parametrize("kind", KINDS)
def test_a_function_is_judged_as_its_graph_is(kind):
    for seed in range(20):
        lines = program(kind, seed)
        numbers = [line.number for line in lines if not line.op]
        broken = (random.Random(seed).choice([row for row, line in enumerate(lines) if line.op]), 0, 1.01)
        for rule in (None, broken):

            def function(*leaves, lines=lines, rule=rule):
                return run(lines, rule, leaves)[-1]

            values = run(lines, rule)
            rows = {row.node: row.ok for row in gradcheck(values[-1])}
            leaves = [value for value, line in zip(values, lines, strict=True) if not line.op]
            for row, leaf in zip(gradcheck(function, numbers), leaves, strict=True):
                assert row.ok == rows.get(leaf, True), (kind, seed, row)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BREAKS)
def test_one_broken_rule_is_caught_wherever_its_effect_is_above_rounding(kind, name):
    caught = 0
    for seed in range(COUNT // len(BREAKS)):
        lines = program(kind, seed)
        right = run(lines)
        right[-1].backward()
        draw = random.Random(f"{kind} {name} {seed}")
        row = draw.choice([row for row, line in enumerate(lines) if line.op])
        broken = run(lines, (row, draw.randrange(len(lines[row].operands)), BREAKS[name]))
        scale = max(abs(value.grad) for value in right)
        rows = {each.node: each for each in gradcheck(broken[-1])}
        for good, bad in zip(right, broken, strict=True):
            found = rows.get(bad)
            if found is None:
                continue
            effect = abs(found.analytic - good.grad)
            if effect > 1e-12 * scale and effect > 1e-9 * abs(good.grad):
                assert found.ok is False, (kind, name, seed, found, good.grad)
                caught += 1
            if effect == 0:
                assert found.ok is not False, (kind, name, seed, found)
    assert caught
