"""Scripts that graphs become, run by Python: the same numbers as the window's."""

import ast
import importlib.util
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from micrograd.ops import OPS, Op, op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.networks import BlockSpec, predictions, with_block
from micrograd_gui.document.notation.hints import functions
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.export.code.python import DIALECTS, computable_nodes, script, variable_names
from micrograd_gui.files import documents
from micrograd_gui.session.measure import complete
from tests.export.code.forked import Forked
from tests.naughty import naughty

ROOT = Path(__file__).parents[3]
Rows = Callable[[Graph, str, Path], list[dict]]
HERE = {name: importlib.util.find_spec(row.package) is not None for name, row in DIALECTS.items()}
dialects = pytest.mark.parametrize(
    "dialect",
    [
        pytest.param(name, marks=() if here else pytest.mark.skip(reason=f"{name} is not installed"))
        for name, here in HERE.items()
    ],
)


def python(*arguments: object) -> str:
    """What Python prints when it is run like that, with this project at hand."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "JAX_PLATFORMS": "cpu"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Rows]:
    """The numbers that the script of a graph prints, in a dialect."""
    loaded: dict[str, Forked] = {}

    def rows(graph: Graph, dialect: str, folder: Path) -> list[dict]:
        path = folder / "out.py"
        path.write_text(script(graph, dialect), "utf-8")
        if not hasattr(os, "fork"):
            return json.loads(python(path, "--json"))["nodes"]
        if dialect == "torch":
            return json.loads(request.getfixturevalue("in_torch")(path, "--json"))["nodes"]
        if dialect not in loaded:
            loaded[dialect] = Forked(DIALECTS[dialect].package, tmp_path_factory.mktemp(dialect))
        return json.loads(loaded[dialect].run(path, "--json"))["nodes"]

    yield rows
    for each in loaded.values():
        each.end()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="scripts are run one by one here")
def test_a_script_that_fails_is_told_and_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import json\njson.left = 1\nprint('here')\n")
    (tmp_path / "b.py").write_text("import json, sys\nsys.exit(json.left)\n")
    forked = Forked("json", tmp_path)
    assert forked.run(tmp_path / "a.py") == "here\n"
    with pytest.raises(AssertionError, match="has no attribute 'left'"):
        forked.run(tmp_path / "b.py")
    assert forked.run(tmp_path / "a.py") == "here\n"
    forked.end()


def assert_same_numbers(graph: Graph, found: list[dict]) -> None:
    frame = complete(graph)
    nodes = computable_nodes(graph)
    assert len(found) == len(nodes)
    for node, row in zip(nodes, found, strict=True):
        assert row["label"] == node.label
        assert row["data"] == pytest.approx(frame.data[node.id], rel=1e-12, abs=1e-12), node.spoken
        assert row["grad"] == pytest.approx(frame.grad.get(node.id, 0.0), rel=1e-12, abs=1e-12), node.spoken


def all_ops() -> Graph:
    """A graph in which each op of the table stands, and some powers."""
    text = (
        "x = 0.7; y = 1.3; z = -0.4; L = (x + y) * (x - y) / x ** y + (-x) ** 3 + y ** -0.5 + y ** 2.5 + y*y"
    )
    text += "".join(f" + {name}(x) + {name}(y)" for name in functions() if op_of(name).arity == 1)
    text += " + max(x, y) * min(z, y) + relu(z) + abs(z) + 2 ** x"
    graph = graph_from_expression(text)
    assert {node.op for node in graph if node.op and node.exponent is None} == set(OPS)
    return graph


@dialects
def test_a_script_with_every_op_prints_the_same_numbers(dialect: str, tmp_path: Path, rows: Rows) -> None:
    graph = all_ops()
    assert_same_numbers(graph, rows(graph, dialect, tmp_path))


@dialects
@pytest.mark.parametrize("name", [each.name for each in documents.examples() if not each.trains])
def test_the_examples_print_the_same_numbers(dialect: str, name: str, tmp_path: Path, rows: Rows) -> None:
    graph = documents.load_example(name)
    assert_same_numbers(graph, rows(graph, dialect, tmp_path))


@dialects
def test_a_network_and_what_does_not_feed_the_target_come_along(
    dialect: str, tmp_path: Path, rows: Rows
) -> None:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 3, (4, 4, 1), seed=1, linear=True))
    graph = graph.added("exp", (0.0, 0.0), inputs=(1,)).added("tanh", (0.0, 0.0))
    graph = graph.targeted(predictions(graph)[0])
    found = rows(graph, dialect, tmp_path)
    assert len(found) == len(graph) - 1  # without the one that has an empty port
    assert_same_numbers(graph, found)


@dialects
def test_a_leaf_alone_can_be_the_target(dialect: str, tmp_path: Path, rows: Rows) -> None:
    (row,) = rows(graph_from_expression("a = 5"), dialect, tmp_path)
    assert (row["data"], row["grad"], row["op"]) == (5.0, 1.0, None)


@dialects
def test_labels_of_any_kind_are_kept_as_text_and_never_run(dialect: str, tmp_path: Path, rows: Rows) -> None:
    labels = naughty()
    leaves = {at: Node(at, None, (), label, float(at)) for at, label in enumerate(labels, 1)}
    sums = {}
    last = 1
    for at in range(2, len(labels) + 1):
        new = len(labels) + at
        sums[new] = Node(new, "+", (last, at), labels[-at])
        last = new
    graph = Graph({**leaves, **sums}, chosen_target=last, next_id=last + 1)
    text = script(graph, dialect)
    calls = {
        each.func.id
        for each in ast.walk(ast.parse(text))
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
    }
    assert calls <= {"Value", "print", "leaf", "inner", "graph", "float", "row"}
    assert_same_numbers(graph, rows(graph, dialect, tmp_path))


def test_a_table_is_printed_without_json(tmp_path: Path) -> None:
    path = tmp_path / "out.py"
    path.write_text(script(documents.load_example("lecture")), "utf-8")
    lines = python(path).splitlines()
    assert len(lines) == 7
    assert next(line for line in lines if line.startswith("a ")).split() == [
        "a",
        "data",
        "2.0",
        "grad",
        "6.0",
    ]


def test_in_micrograd_the_statements_read_like_the_lecture() -> None:
    text = script(documents.load_example("lecture"))
    assert "a = Value(2.0, label='a')" in text
    assert "e = a * b; e.label = 'e'" in text
    assert "L.backward()" in text


def test_numbers_that_are_not_finite_become_null_in_json(tmp_path: Path, rows: Rows) -> None:
    found = rows(graph_from_expression("a = 0; L = log(a)"), "micrograd", tmp_path)
    assert found[1]["data"] is None
    graph = graph_from_expression("a = 0; L = a + 1").valued(1, math.inf)
    assert rows(graph, "micrograd", tmp_path)[0]["data"] is None


def test_every_variable_has_a_name_of_its_own_that_python_accepts() -> None:
    nodes = [Node(at, label=label) for at, label in enumerate([*naughty(), *naughty()], 1)]
    names = variable_names(nodes, ("torch",))
    assert len({*names.values()}) == len(nodes)
    for name in names.values():
        assert [type(each) for each in ast.walk(ast.parse(name))][2] is ast.Name
    assert "torch" not in names.values()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("a", "a"), ("a", "a_2")),
        (("x1*w1 + x2*w2",), ("x1_w1_x2_w2",)),
        (("lambda", "print", "Value"), ("v1", "v2", "Value_3")),
        (("a b", "a_b"), ("a_b_1", "a_b")),
        (("", "größe", "1st"), ("v1", "größe", "v3")),
        (("v2", ""), ("v2", "v2_2")),
        (("__class__", "_"), ("v1", "v2")),
    ],
)
def test_a_label_becomes_this_name(labels: tuple[str, ...], expected: tuple[str, ...]) -> None:
    names = variable_names([Node(at, label=each) for at, each in enumerate(labels, 1)], ("Value",))
    assert tuple(names[at] for at in range(1, len(labels) + 1)) == expected


def test_what_cannot_be_written_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match="empty"):
        script(Graph())
    graph = Graph().added("tanh", (0.0, 0.0), label="o")
    with pytest.raises(Refusal, match="o has an empty port"):
        script(graph)
    with pytest.raises(Refusal, match="no dialect “cobol”"):
        script(documents.load_example("lecture"), "cobol")
    row = Op("smooth", "smooth", 1, forward=lambda x: x, partials=lambda x, out: (1.0,))
    monkeypatch.setitem(OPS, "smooth", row)
    graph = graph_from_expression("a = 2; L = smooth(a)")
    with pytest.raises(Refusal, match="PyTorch has no counterpart of the op “smooth” of L"):
        script(graph, "torch")
    assert "L = apply(op_of('smooth'), a)" in script(graph)
