"""No two nodes have one name: what is called alike is told apart wherever a node is named."""

import json
import random
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from msgspec.structs import replace

import micrograd_gui as mg
from micrograd_gui.app.cli import main
from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text, name_of
from micrograd_gui.session.explain.verdicts import verdict_on_all
from micrograd_gui.session.session import Session

REBOUND = "d = 3; d = d*2; L = d*d"


def names(graph: Graph) -> list[str]:
    return [node.name for node in graph]


def test_the_last_keeps_the_name_and_those_before_are_numbered() -> None:
    graph = graph_from_expression("x = 1; x = tanh(x); x = relu(x); L = x*x")
    assert names(graph) == ["x_1", "x_2", "x", "L"]
    assert [node.label for node in graph] == ["x", "x", "x", "L"]


def test_a_name_that_is_made_is_the_label_of_no_other_node() -> None:
    graph = graph_from_expression("x_1 = 4; x = 1; x = tanh(x); x_3 = x*x_1; x = relu(x_3)")
    assert names(graph) == ["x_1", "x_2", "x_4", "x_3", "x"]


def test_a_name_that_is_made_is_not_set_like_another_label() -> None:
    graph = graph_from_expression("w1 = 4; w = 1; w = w*w1")  # TeX sets w1 and w_1 alike: w with an index
    assert names(graph) == ["w1", "w_2", "w"]


def test_a_node_without_a_label_gives_way_to_a_label_like_its_name() -> None:
    graph = graph_from_expression("a = 2; v4 = a*a; L = tanh(a+v4)")
    assert [(node.id, node.name) for node in graph if node.op] == [(2, "v4"), (3, "v3"), (4, "L")]
    graph = graph.relabelled(2, "v3")
    assert names(graph) == ["a", "v3", "v3_1", "L"]
    assert graph.named("v3") == 2
    assert graph.named("v3_1") == 3


def test_names_follow_every_edit() -> None:
    graph = graph_from_expression("x = 1; x = tanh(x); x = relu(x)")
    graph = graph.numbered({1: 5.0}).valued(1, 6.0).moved({1: (5, 5)})
    assert names(graph) == ["x_1", "x_2", "x"]
    assert names(graph.relabelled(1, "x_2")) == ["x_2", "x_1", "x"]
    assert names(graph.without({3})) == ["x_1", "x"]
    assert names(graph.without({3}).relabelled(2, "y")) == ["x", "y"]
    assert names(codec.decode(codec.encode(graph))) == names(graph)


def test_the_expression_says_the_names_that_are_seen() -> None:
    graph = graph_from_expression("x = 1; x = tanh(x); x = relu(x)")
    assert expression_of(graph) == "x_1 = 1; x_2 = tanh(x_1); x = relu(x_2)"
    assert names(graph_from_expression(expression_of(graph))) == names(graph)


def test_the_file_keeps_what_was_typed() -> None:
    graph = graph_from_expression(REBOUND)
    text = codec.encode(graph)
    assert [node["label"] for node in json.loads(text)["nodes"]] == ["d", "", "d", "L"]


@pytest.mark.parametrize("seed", range(40))
def test_random_labels_never_share_a_name(seed: int) -> None:
    dice, graph = random.Random(seed), Graph()
    for _ in range(30):
        label = dice.choice(["", "", "v3", "v7", "v7_1", "x", "x_1", "x_1_1", "x_2", "d", "ä"])
        graph = graph.added(dice.choice([None, "tanh"]), (0, 0), label=label, data=len(graph) + 0.5)
        if dice.random() < 0.3:
            graph = graph.relabelled(dice.choice(list(graph.nodes)), dice.choice(["x", "x_2", "v5", ""]))
        if dice.random() < 0.1:
            graph = graph.without({dice.choice(list(graph.nodes))})
    found = [name for name, node in zip(names(graph), graph, strict=True) if node.label or node.op]
    assert len(found) == len(set(found))
    for node in graph:
        assert node.name.startswith(node.label)
        if node.label:
            assert node.label in names(graph)  # one of them is called as it was typed
            assert graph.named(node.name) == node.id


# Where nodes are named ---------------------------------------------------------------------------


def moments(graph: Graph) -> tuple[Session, str]:
    """A session after a whole run, and what the card said on the way."""
    session, said = Session(graph), []
    session.backward()
    for cursor in range(len(session.state.trace) + 1):
        session.seek(cursor)
        said.append(as_text(card(session.state)))
    return session, "\n".join(said)


def test_card_and_verdicts_tell_the_two_apart() -> None:
    session, said = moments(graph_from_expression(REBOUND))
    assert "d = d_1 × 2 = 3.0000 × 2.0000 = 6.0000" in said
    assert "d_1.grad += 2 × d.grad" in said
    rows = session.check_all()
    assert [name_of(session.state.graph.nodes[row.node]) for row in rows] == ["d_1", "2", "d", "L"]
    wrong = [replace(row, ok=False) if row.node == 1 else row for row in rows]
    assert verdict_on_all(session.state.graph, wrong).count("d_1") == 1


def test_the_card_tells_three_apart() -> None:
    _, said = moments(graph_from_expression("x = 3; x = x*x; x = tanh(x)"))
    assert "x_2 = x_1 × x_1 = 3.0000 × 3.0000" in said
    assert "x_1.grad += x_1.data × x_2.grad" in said
    assert "x = tanh(x_2)" in said


def test_command_line_json_and_library_tell_them_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-e", REBOUND]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("✓")] == ["d_1", "2", "d", "L"]
    assert main(["check", "-e", REBOUND, "--json", "--set", "d_1=4"]) == 0
    rows = json.loads(capsys.readouterr().out)["nodes"]
    assert [(row["label"], row["data"]) for row in rows] == [("d_1", 4), ("", 2), ("d", 8), ("L", 64)]
    graph = mg.parse(REBOUND)
    assert "d_1 " in str(mg.check(graph))
    assert mg.run(graph)[-1].grad["d_1"] == 24


@pytest.mark.parametrize("suffix", ["svg", "csv", "dot", "mmd", "tex"])
def test_exports_tell_them_apart(suffix: str, tmp_path: Path) -> None:
    graph = mg.parse("out = 3; out = tanh(out)")
    (path,) = mg.render(graph, tmp_path / f"graph.{suffix}")
    text = path.read_text("utf-8").replace("\\_", "_").replace("#95;", "_").replace("{out}_{1}", "out_1")
    text = text.replace("out<sub>1</sub>", "out_1")
    if suffix == "svg":
        texts = (each for each in ET.fromstring(text).iter() if each.tag.endswith("text"))
        text = " ".join("_".join(each.itertext()) for each in texts)  # what stands lower is a part of its own
    assert "out_1" in text


def test_a_made_name_that_is_seen_cannot_be_typed_for_another_node() -> None:
    session = Session(graph_from_expression(REBOUND))
    with pytest.raises(Refusal, match="There is a node “d_1” already"):
        session.rename(session.state.graph.named("L"), "d_1")
    session.rename(1, "d_1")  # its own
    assert [node.label for node in session.state.graph if node.label] == ["d_1", "d", "L"]
