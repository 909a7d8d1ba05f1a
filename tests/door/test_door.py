"""The front door for programs: the same as the window and the command line, without either."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest

import micrograd_gui as mg
from micrograd import Value
from micrograd_gui.app.cli import main
from micrograd_gui.document import codec
from micrograd_gui.files import documents
from tests.lecture import STEPS

ROOT = Path(__file__).resolve().parents[2]


def lecture():
    return mg.parse(STEPS, a=2, b=-3, c=10, f=-2)


def test_what_the_readme_shows_runs_and_gives_the_number_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, _, shown = (ROOT / "README.md").read_text().partition("The same without the window, and without Qt:")
    lines = shown.partition("```python\n")[2].partition("\n```")[0].splitlines()
    assert len(lines) == 6
    names: dict = {}
    for line in lines:
        *statements, last = line.partition("  #")[0].split("; ")
        exec("; ".join(statements), names)
        if "# 6.0;" in line:
            assert eval(last, names) == 6.0
        else:
            exec(last, names)
    assert (tmp_path / "lecture.svg").exists()


def test_a_file_or_an_example_is_read(tmp_path: Path) -> None:
    mg.write(lecture(), tmp_path / "net.micrograd")
    assert [node.label for node in mg.read(tmp_path / "net.micrograd")] == ["a", "b", "e", "c", "d", "f", "L"]
    assert mg.read(str(tmp_path / "net.micrograd")).target == lecture().target
    assert {node.label for node in mg.read("lecture")} == set("abcdefL")
    with pytest.raises(mg.Refusal, match="neither a file nor an example"):
        mg.read("nix")
    with pytest.raises(mg.Refusal, match="there is no such file"):
        mg.read(Path("neuron"))


def test_a_value_and_a_name_stand_for_their_graph(tmp_path: Path) -> None:
    a, other = Value(2.0), Value(-3.0, label="b")
    L = (a * other + 10.0).tanh()
    L.backward()
    L.backward()  # whatever its grads are: the graph is run anew
    assert mg.run(L).frame(-1).grad["a"] == mg.forward_mode(L, "a")["L"] != a.grad
    assert mg.check(L).ok
    mg.write(L, tmp_path / "L.micrograd")
    assert {node.label for node in mg.read(tmp_path / "L.micrograd")} == {"a", "b", "L", ""}
    assert mg.render(L, tmp_path / "L.svg") == (tmp_path / "L.svg",)
    for named in ("neuron", tmp_path / "L.svg", str(tmp_path / "L.micrograd")):
        assert len(mg.run(named)) > 1
    assert mg.train("line", steps=2).steps == 2


def test_values_are_given_to_leaves_by_name() -> None:
    leaves = {node.label: node.data for node in lecture() if node.is_leaf}
    assert leaves == {"a": 2, "b": -3, "c": 10, "f": -2}
    with pytest.raises(mg.Refusal, match="no node called “z”; the leaves are a, b"):
        mg.parse("L = a*b", z=1)
    with pytest.raises(mg.Refusal, match="Column 3"):
        mg.parse("a*")


def test_a_further_cell_knows_the_names_of_the_graph_and_keeps_all_it_has() -> None:
    first = lecture()
    second = mg.parse("M = L + a", onto=first)
    assert len(second) == len(first) + 1
    assert all(second.nodes[node.id] == node for node in first)
    target = second.nodes[second.target]
    assert (target.label, target.op) == ("M", "+")
    assert target.inputs == (first.named("L"), first.named("a"))
    assert mg.run(second).frame(-1).grad["a"] == 7.0  # ∂L/∂a + 1
    assert second.next_id == max(second.nodes) + 1
    assert len(first) == 7, "the graph that was given stays as it is"


def test_a_further_cell_may_hold_a_network_and_a_gap_in_the_ids_is_no_trouble() -> None:
    first = lecture().without([lecture().named("e")])
    second = mg.parse("from micrograd.nn import Neuron\nn = Neuron(2)\no = n([a, b])", onto=first)
    assert second.nodes.keys() > first.nodes.keys()
    assert [block.kind for block in second.blocks] == ["neuron"]
    assert codec.decode(codec.encode(second)).nodes == second.nodes


def test_a_run_has_a_moment_more_than_steps_with_all_numbers_by_name() -> None:
    run = mg.run(lecture())
    assert len(run) == len(run.steps) + 1 == 8
    assert [step.kind for step in run.steps] == ["forward"] * 3 + ["seed"] + ["backward"] * 3
    assert dict(run.frame(0).data) == {"a": 2, "b": -3, "c": 10, "f": -2}
    assert dict(run.frame(0).grad) == {}
    assert run.frame(3).data["L"] == -8.0
    end = run.frame(-1)
    assert dict(end.grad) == {"L": 1, "d": -2, "f": 4, "e": -2, "c": -2, "a": 6, "b": -4}
    assert run.names[run.steps[0].node] == "e"
    assert end.data[run.graph.named("a")] == 2.0, "an id serves as well as a name"
    assert [moment.data.get("L") for moment in run] == [None] * 3 + [-8.0] * 5
    assert len(run[2:5]) == 3
    assert run.problem is None
    with pytest.raises(mg.Refusal, match="no moment 8: the run has moments 0 to 7"):
        run.frame(8)
    with pytest.raises(KeyError):
        end.data["zz"]


def test_nodes_of_one_name_are_told_apart_by_their_ids() -> None:
    graph = mg.parse("L = 2*x + 2*y")
    data = mg.run(graph).frame(0).data
    assert sorted(data) == ["2", "2 (4)", "x", "y"] or sorted(data) == ["2", "2 (5)", "x", "y"]
    assert {name for name in mg.run(graph).frame(-1).data if name.startswith("v")}, "unnamed ops are v and id"


def test_a_run_that_ends_early_says_why() -> None:
    run = mg.run(mg.parse("L = log(a)", a=-1))
    assert "log of a negative number" in (run.problem or "")
    assert len(run) == 2


def test_a_check_has_rows_by_name_and_prints_as_the_command_does(capsys: pytest.CaptureFixture) -> None:
    rows = mg.check(lecture(), h=1e-6)
    assert rows.ok
    assert {row.label: row.analytic for row in rows} == {
        "L": 1, "d": -2, "f": 4, "e": -2, "c": -2, "a": 6, "b": -4
    }  # fmt: skip
    assert all(row.numeric == pytest.approx(row.analytic, rel=1e-6) for row in rows)
    arguments = ["-e", STEPS, "--set", "a=2", "--set", "b=-3", "--set", "c=10", "--set", "f=-2"]
    assert main(["check", *arguments]) == 0
    assert capsys.readouterr().out == f"{rows}\n"
    with pytest.raises(mg.Refusal, match="h must be larger than 0"):
        mg.check(lecture(), h=0)
    with pytest.raises(mg.Refusal, match="h must be a finite number"):
        mg.check(lecture(), h=float("inf"))


def test_a_drawing_takes_the_options_of_the_command_and_refuses_others(tmp_path: Path) -> None:
    (path,) = mg.render(lecture(), tmp_path / "a.svg", step="last", theme="dark", nodes=["a", "L"], digits=1)
    assert main(["render", "-e", STEPS, "--set", "a=2", "--set", "b=-3", "--set", "c=10", "--set", "f=-2",
                 "-o", str(tmp_path / "b.svg"), "--step", "last", "--theme", "dark", "--nodes", "a,L",
                 "--digits", "1"]) == 0  # fmt: skip
    assert path.read_bytes() == (tmp_path / "b.svg").read_bytes()
    numbered = mg.render(lecture(), str(tmp_path / "c.svg"), step="all")
    assert [each.name for each in numbered] == [f"c-0{n}.svg" for n in range(8)]
    for wrong, words in (
        ({"colour": "red"}, "no option “colour”"),
        ({"theme": "pink"}, "no theme “pink”"),
        ({"digits": 1.5}, "digits must be a whole number from 0 to 12, not 1.5"),
        ({"margin": 1e9}, "margin must be a number from"),
        ({"gradients": "no"}, "gradients must be True or False"),
        ({"step": 99}, "99"),
    ):
        with pytest.raises(mg.Refusal, match=words):
            mg.render(lecture(), tmp_path / "z.svg", **wrong)
    assert not (tmp_path / "z.svg").exists()


WRONG = {
    "read(5)": "path must be the name of a file, not 5.",
    "read(b'a')": "path must be the name of a file, not a bytes.",
    "read('x' * 5000)": "is neither a file nor an example",
    "parse(None)": "text must be an expression or a cell, such as “L = a*b”, not None.",
    "parse('a*b', a='x')": "a must be a number, not “x”.",
    "parse('a*b', a=float('nan'))": "a must be a finite number, not nan.",
    "parse('a*b', a=10**5000)": "a must be a number, not an int.",
    "parse('a', onto=5)": "onto must be a Graph, a Value, or the name of a file or an example, not 5.",
    "write(5, 'a.micrograd')": "graph must be a Graph, a Value, or the name of a file or an example, not 5.",
    "write(g, 5)": "path must be the name of a file, not 5.",
    "write(g, 'x.svg')": "“x.svg” cannot be written: a graph is saved as a .micrograd file; for other forms",
    "write(g, 'x')": "“x” cannot be written: a graph is saved as a .micrograd file",
    "run(3)": "graph must be a Graph, a Value, or the name of a file or an example, not 3.",
    "run(g).frame('x')": "moment must be a whole number, not “x”.",
    "run(g)['x']": "moment must be a whole number, not “x”.",
    "check([g])": "graph must be a Graph, a Value, or the name of a file or an example, not a list.",
    "check(g, h='x')": "h must be a number, not “x”.",
    "check(g, h=None)": "h must be a number, not None.",
    "check(g, h=0)": "h must be larger than 0",
    "render(g, 5)": "path must be the name of a file, not 5.",
    "render(5, 'x.svg')": "graph must be a Graph, a Value, or the name of a file or an example, not 5.",
    "render(g, 'x.png', scale='big')": "scale must be a number, not “big”.",
    "render(g, 'x.png', scale=[1])": "scale must be a number, not a list.",
    "render(g, 'x.png', scale=True)": "scale must be a number, not True.",
    "render(g, 'x.png', theme=['dark'])": (
        "theme must be light, dark, print, light-contrast or dark-contrast, not a list."
    ),
    "render(g, 'x.png', nodes=5)": "nodes must be names of nodes, not 5.",
    "render(g, 'x.png', nodes=['a', 99])": "nodes must be names of nodes, or ids, of this graph, not 99.",
    "render(g, 'x.png', step=1.5)": "step must be a whole number from 0 to 3, last or all, not “1.5”.",
    "render(g, 'x.png', step=10**5000)": "step must be a number, not an int.",
    "render(g, 'x.png', step=g)": "step must be a number, not a Graph.",
    "render(g, 'x.png', colour='red')": "There is no option “colour”; there are step, style",
    "train(None)": "graph must be a Graph, a Value, or the name of a file or an example, not None.",
    "train(xor, steps=-1)": "steps must be a whole number, 0 or more, not −1.",
    "train(xor, rate=float('nan'))": "rate must be a finite number, not nan.",
    "train(xor, rate='x')": "rate must be a number, not “x”.",
    "train(xor, seed=1.5)": "seed must be a whole number, 0 or more, not 1.5.",
    "train(xor, rows=5)": "rows must be the name of a file, not 5.",
    "show(5)": "An int is no Value, so there is no graph behind it.",
}


@pytest.mark.parametrize("call", WRONG)
def test_what_is_wrong_is_named_in_one_sentence_and_no_file_is_made(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    graphs = {"g": mg.parse("L = a*b"), "xor": mg.read("xor")}
    names = {each: getattr(mg, each) for each in mg.__all__} | graphs
    with pytest.raises(mg.Refusal) as refused:
        eval(call, names)
    assert WRONG[call] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_training_gives_losses_accuracy_and_the_trained_graph(capsys: pytest.CaptureFixture) -> None:
    graph = mg.read("xor")
    done = mg.train(graph, steps=20, rate=0.5, seed=3)
    assert main(["train", "xor", "--steps", "20", "--rate", "0.5", "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(done.losses) == told["losses"]
    assert (done.steps, done.loss, done.accuracy) == (20, told["loss"], told["accuracy"])
    assert done.parameters == told["parameters"]
    assert {done.graph.nodes[p].data for p in done.graph.parameters} == set(done.parameters.values())
    for steps in (-1, 1.5, float("nan"), float("inf"), 10**400, "many"):
        with pytest.raises(mg.Refusal, match="steps must be a whole number"):
            mg.train(graph, steps=steps)
    with pytest.raises(mg.Refusal, match="no row to train on"):
        mg.train(lecture())


def test_rows_of_a_table_are_bound_to_leaves_by_name(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("y,x\n3,1\n5,2\n7,3\n")
    graph = mg.parse("o = w*x + b; L = (o - y)**2", w=0, b=0)
    for name, role in (("w", "parameter"), ("b", "parameter"), ("x", "input"), ("y", "input")):
        graph = graph.marked(graph.named(name), role)
    done = mg.train(graph, steps=400, rate=0.1, rows=tmp_path / "table.csv")
    assert done.parameters == pytest.approx({"w": 2.0, "b": 1.0}, abs=0.01)  # y = 2x + 1
    assert done.losses[-1] < done.losses[0]


def test_none_of_it_loads_qt_and_the_package_alone_loads_next_to_nothing(tmp_path: Path) -> None:
    code = """
import sys
import micrograd_gui as mg
ours = [name for name in sys.modules if name.startswith("micrograd")]
assert ours == ["micrograd_gui"], ours
graph = mg.parse("L = (a*b + c) * f", a=2, b=-3)
mg.write(graph, "a.micrograd"); mg.read("a.micrograd"); mg.run(graph); mg.check(graph)
mg.render(graph, "a.svg"); mg.train(mg.read("line"), steps=2)
assert not any(name.startswith(("PySide6", "shiboken")) for name in sys.modules)
assert set(mg.__all__) <= set(dir(mg)) and isinstance(graph, mg.Graph)
"""
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=True, timeout=60)


def test_a_graph_is_shown_in_the_window(qtbot) -> None:
    window = mg.show(lecture(), block=False)
    qtbot.addWidget(window)
    assert {node.label for node in window.session.state.graph} == set("abcdefL")


def test_a_file_named_on_the_command_line_is_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    documents.write(tmp_path / "a.micrograd", lecture())
    decoded: list[str] = []
    decode = codec.decode

    def counting(text: bytes, name: str = ""):
        decoded.append(name)
        return decode(text, name)

    from PySide6.QtWidgets import QApplication

    from micrograd_gui.app.window import MainWindow

    def exec_(*_: object) -> int:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow):
                assert window.session.state.path == tmp_path / "a.micrograd"
                qtbot.addWidget(window)
        return 0

    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr(codec, "decode", counting)
    monkeypatch.setattr(QApplication, "exec", exec_)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert main([str(tmp_path / "a.micrograd")]) == 0
    assert decoded == ["“a.micrograd”"]
