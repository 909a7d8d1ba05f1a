"""Files as this program wrote them at each stage of the format: they open for ever, with the right numbers.

Each was written by the code of its day: the first graphs, then with rows, plan and blocks, with whose
gradients are wanted, with rows held out, with marks, with an op of one's own, with what was seen.
"""

from math import tanh
from pathlib import Path

import pytest

import micrograd_gui as mg
from micrograd.ops import OPS
from micrograd_gui.document import codec
from micrograd_gui.document.marks import Breakpoint, Cue, Pass, Sight
from micrograd_gui.document.rewriting.own_ops import OWN

FOLDER = Path(__file__).parent / "golden"
NAMES = ("plain", "learning", "gradients_of", "held_out", "marks", "own_op", "seen")


@pytest.fixture(autouse=True)
def nothing_stays():
    before = dict(OPS)
    yield
    OWN.clear()
    for name in OPS.keys() - before.keys():
        del OPS[name]


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.micrograd").read_text(encoding="utf-8")


def test_each_golden_file_is_one_of_these():
    assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_age_gives_its_bytes_again(name, monkeypatch):
    assert codec.encode(codec.decode(text_of(name))) == text_of(name)
    monkeypatch.setattr(codec, "AT_ONCE", 0)  # it is read in parts, as large ones are
    assert codec.encode(codec.decode(text_of(name))) == text_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_age_gives_the_right_numbers(name):
    graph = mg.read(FOLDER / f"{name}.micrograd")
    run = mg.run(graph)
    last = run.frame(-1)
    a, b, c, f = (2.0, -3.0, 10.0, -2.0) if name == "plain" else (2.5, -3.0, -1.0, -2.0)
    assert last.data["L"] == pytest.approx((a * b + c) * f + tanh(a) ** 2)
    slope = b * f + 2 * tanh(a) * (1 - tanh(a) ** 2)
    assert [last.grad[leaf] for leaf in "acf"] == pytest.approx([slope, f, a * b + c])
    if graph.plan is None or graph.plan.gradients_of == "row":  # else that of a parameter is over the rows
        assert last.grad["b"] == pytest.approx(a * f)


def test_what_a_file_of_some_age_says_beside_its_nodes_is_read():
    learning, held = codec.decode(text_of("learning")), codec.decode(text_of("held_out"))
    assert learning.data.rows[2] == (-1.0, 0.25, 1e-5)
    assert (learning.data.shown, learning.data.reduction) == (1, "sum")
    assert (learning.plan.optimiser, learning.plan.batch, learning.plan.gradients_of) == ("adam", 2, "rows")
    assert [block.title for block in learning.blocks] == ["half"]
    assert codec.decode(text_of("gradients_of")).plan.gradients_of == "row"
    assert held.plan.held_out == 0.25
    marks = codec.decode(text_of("marks")).marks
    assert marks.cues == (Cue(2, "the product", "say why"), Cue(5, "the sum"))
    assert marks.breakpoints == (Breakpoint("acts", 10), Breakpoint("not finite"))
    assert codec.decode(text_of("own_op")).nodes[11].op == "softsign2"
    assert codec.decode(text_of("plain")).ranges == {1: (-5.0, 5.0)}


def test_what_was_seen_of_a_file_is_read():
    again = (Pass("forward"), Pass("backward"), Pass("update", rate=0.1, k=2, memory=((2, (0.5, 0.25)),)))
    assert codec.decode(text_of("seen")).sight == Sight(7, again, (1, 10), "sweep", (120.0, 80.5), 1.25)
