"""Every op against PyTorch, in data and grad, at ordinary and nasty numbers."""

import math

import pytest

from micrograd.engine import Value, apply
from micrograd.ops import OPS, op_of
from tests.engine import torch_cases


def ours(name, operands):
    leaves = [Value(x) for x in operands]
    out = apply(op_of(name), *leaves)
    out.backward()
    return [out.data, *(leaf.grad for leaf in leaves)]


def agree(mine, theirs):
    """The same up to rounding: 1 − tanh² near 1 turns half a unit of rounding into 1e-14."""
    if math.isfinite(mine) and math.isfinite(theirs):
        return abs(mine - theirs) <= 1e-14 * max(abs(mine), abs(theirs)) + 5e-324
    return mine == theirs or (math.isnan(mine) and math.isnan(theirs))


def test_all_ops_are_asked():
    asked = {name for name, _ in torch_cases.cases() if not name.startswith("**")}
    assert asked == set(OPS) - {"**"}, "an op stands in ONE or TWO and in `answer` of torch_cases.py, too"
    assert len(torch_cases.frozen()) == len(torch_cases.cases()) > 2500


@pytest.mark.parametrize("name", dict.fromkeys(name for name, _ in torch_cases.cases()))
def test_data_and_grad_agree_with_pytorch(name):
    for asked, operands, answers in torch_cases.frozen():
        if asked == name:
            mine = ours(name, operands)
            assert all(map(agree, mine, answers)), (name, operands, mine, answers)
            assert mine[0] != 0 or math.copysign(1, mine[0]) == math.copysign(1, answers[0]), (name, operands)


def test_the_frozen_answers_are_pytorchs():
    pytest.importorskip("torch")
    for name, operands, answers in torch_cases.frozen()[::7]:
        assert all(map(agree, torch_cases.answer(name, operands), answers)), (name, operands)
