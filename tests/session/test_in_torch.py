"""PyTorch's numbers beside ours; a stand-in for PyTorch is wrong on purpose."""

import json

import pytest

from micrograd.ops import OPS
from micrograd_gui.app.cli import main
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.asking import in_torch


def test_without_pytorch_it_is_said_how_it_can_be_had(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(in_torch, "find_spec", lambda name: None)
    assert main(["check", "neuron", "--torch"]) == 2
    said = capsys.readouterr().err
    assert said == "PyTorch is not installed here: with “pip install torch” it can be asked.\n"


def test_what_is_not_the_same_is_shown_apart_and_named() -> None:
    graph = graph_from_expression("a = 2; L = a*3")
    rows = [in_torch.InTorch(1, 2.0, 2.0, 3.0, 3.0 + 1e-15), in_torch.InTorch(2, 3.0, 3.00001, None, None)]
    assert [row.ok for row in rows] == [True, False]
    assert in_torch.in_short(graph, rows) == "PyTorch has other numbers at 3."
    assert "3.00000  3.00001" in in_torch.as_table(graph, rows)
    assert not in_torch.InTorch(1, float("nan"), 1.0, None, None).ok
    assert not in_torch.InTorch(1, 1.0, 1.0, 1.0, None).ok


class TestWithPyTorch:
    @pytest.fixture(autouse=True)
    def torch(self):
        return pytest.importorskip("torch")

    @pytest.mark.parametrize("name", ["lecture", "neuron", "neuron_exp", "reuse", "moons"])
    def test_the_examples_have_pytorchs_numbers(self, name: str, capsys) -> None:
        assert main(["check", name, "--torch"]) == 0
        assert "PyTorch has the same data and grads at all" in capsys.readouterr().out

    def test_every_op_of_the_table_is_known_to_pytorch(self) -> None:
        calls = {1: "{}(a)", 2: "{}(a, b)"}
        for op in OPS.values():
            text = calls[op.arity].format(op.name) if op.name.isidentifier() else f"a {op.name} b"
            if op.name == "neg":
                text = "-a"
            rows = in_torch.verify(graph_from_expression(f"a = 0.7; b = 0.4; L = {text}"))
            assert all(row.ok for row in rows), op.name

    def test_for_programs(self, capsys) -> None:
        assert main(["check", "-e", "a = 2; L = a**3", "--torch", "--json"]) == 0
        whole = json.loads(capsys.readouterr().out)
        assert whole["ok"] is True
        assert whole["nodes"][0]["torch_grad"] == 12.0

    def test_what_pytorch_has_not_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(in_torch, "_ops", lambda torch: {})
        with pytest.raises(Refusal, match="PyTorch has no op tanh to compare L with"):
            in_torch.verify(graph_from_expression("L = tanh(a)"))
