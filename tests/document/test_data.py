"""Data, plan and blocks in a graph: edits, the file, and what happens when nodes go."""

import json
import math

import pytest
from msgspec.structs import replace

from micrograd_gui.document import codec
from micrograd_gui.document.clipboard import as_text, pasted
from micrograd_gui.document.data import Column, Data, TrainingPlan
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import documents

TEXT = "x = 1; w = 2; y = 3; o = w*x; L = (o - y)**2"


def fed() -> Graph:
    graph = graph_from_expression(TEXT)
    graph = graph.marked(graph.named("w"), "parameter")
    data = Data((Column("x"), Column("y")), ((5.0, 6.0), (7.0, 8.0))).matched(graph.nodes)
    return graph.fed(data).planned(TrainingPlan(0.1, "adam", "demo", 7, 8, 2))


def test_columns_are_bound_by_name_then_by_order() -> None:
    graph = graph_from_expression(TEXT)
    by_name = Data((Column("y"), Column("x"))).matched(graph.nodes)
    assert [column.node for column in by_name.columns] == [graph.named("y"), graph.named("x")]
    graph = graph.marked(graph.named("x"), "input").marked(graph.named("y"), "input")
    by_order = Data((Column("p"), Column("q"), Column("r"))).matched(graph.nodes)
    assert [column.node for column in by_order.columns] == [graph.named("x"), graph.named("y"), None]


def test_a_bound_leaf_is_an_input_and_holds_the_row_that_is_shown() -> None:
    graph = fed()
    assert graph.nodes[graph.named("x")].role == "input"
    assert graph.nodes[graph.named("x")].data == 5.0
    other = graph.showing(1)
    assert (other.nodes[graph.named("x")].data, other.nodes[graph.named("y")].data) == (7.0, 8.0)
    assert other.data is not None
    assert other.data.shown == 1
    assert other.parameters == graph.parameters == (graph.named("w"),)


@pytest.mark.parametrize("row", [-1, 2, 10**9])
def test_a_row_that_is_not_there_is_refused(row: int) -> None:
    with pytest.raises(Refusal, match="no row"):
        fed().showing(row)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (Data((Column("x", 99),), ()), "bound to no leaf"),
        (Data((Column("x", 1), Column("y", 1)), ()), "two columns are bound to x"),
        (Data((Column("x", 1),), ((1.0, 2.0),)), "Row 1 has 2 numbers for 1 columns"),
        (Data((Column("x", 1),), ((math.inf,),)), "not a finite number"),
        (Data((Column("x", 1),), ((1.0,),), 1), "no row 2"),
    ],
)
def test_data_that_do_not_fit_are_refused(data: Data, sentence: str) -> None:
    with pytest.raises(Refusal, match=f"(?i){sentence}"):
        graph_from_expression(TEXT).fed(data)


def test_deleting_an_input_leaves_its_column_bound_to_nothing() -> None:
    graph = fed()
    data = graph.without({graph.named("x")}).data
    assert data is not None
    assert data.columns == (Column("x"), Column("y", graph.named("y")))


def test_the_file_keeps_data_plan_and_blocks() -> None:
    for graph in (fed(), documents.load_example("xor")):
        text = codec.encode(graph)
        back = codec.decode(text)
        assert (back.data, back.plan, back.blocks) == (graph.data, graph.plan, graph.blocks)
        assert codec.encode(back) == text


def test_a_graph_without_them_has_a_file_without_them() -> None:
    whole = json.loads(codec.encode(graph_from_expression(TEXT)))
    assert not {"data", "plan", "blocks"} & whole.keys()
    assert whole["version"] == 1


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("data", "rows"), [[1.0]], "data.rows[0]"),
        (("data", "rows"), [[1.0, "two"]], "data.rows[0][1]"),
        (("data", "columns"), [{"name": "x", "node": 99}, {"name": "y"}], "data.columns[0].node"),
        (("data", "columns"), [{"name": "x", "node": 1}, {"name": "y", "node": 1}], "data.columns[1].node"),
        (("data", "shown"), 5, "data.shown"),
        (("data", "reduction"), "max", "data.reduction"),
        (("data", "more"), 1, "more"),
        (("plan", "rate"), 0, "plan.rate"),
        (("plan", "steps"), -1, "plan.steps"),
        (("plan", "batch"), 0, "plan.batch"),
        (("plan", "seed"), 2**40, "plan.seed"),
        (("plan", "optimiser"), "magic", "plan.optimiser"),
        (("blocks",), [{"id": 1, "kind": "neuron", "members": [99]}], "blocks[0]"),
        (("blocks",), [{"id": 1, "kind": "neuron", "parent": 2}], "blocks[0].parent"),
        (("blocks",), [{"id": 1, "kind": "neuron"}, {"id": 1, "kind": "neuron"}], "blocks[1].id"),
        (("blocks",), [{"id": 1, "kind": "neuron", "members": [1, 1]}], "blocks[0].members"),
        (("blocks",), [{"id": 1, "kind": "tower"}], "blocks[0].kind"),
    ],
)
def test_a_damaged_file_is_refused_at_its_field(path: tuple[str, ...], value: object, place: str) -> None:
    whole = json.loads(codec.encode(fed()))
    at = whole
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(FileRefusal) as refused:
        codec.decode(json.dumps(whole))
    assert place in str(refused.value)


@pytest.mark.parametrize(
    "plan",
    [
        TrainingPlan(0.0),
        TrainingPlan(-1.0),
        TrainingPlan(1e300),
        TrainingPlan(math.nan),
        TrainingPlan(steps=0),
        TrainingPlan(batch=0),
        TrainingPlan(seed=-1),
        TrainingPlan(optimiser="magic"),
        TrainingPlan(schedule="magic"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan: TrainingPlan) -> None:
    with pytest.raises(Refusal):
        graph_from_expression(TEXT).planned(plan)


def test_a_copied_part_brings_its_blocks_but_no_rows() -> None:
    graph = documents.load_example("xor")
    copied, new = pasted(graph, as_text(graph, graph.nodes), None)
    assert len(copied.blocks) == 2 * len(graph.blocks)
    assert copied.data == graph.data
    assert {node for block in copied.blocks[len(graph.blocks) :] for node in block.members} <= new
    assert codec.encode(codec.decode(codec.encode(copied))) == codec.encode(copied)


def test_numbers_set_at_one_stroke_keep_what_follows_from_the_wires() -> None:
    graph = fed()
    order, users = graph.order, graph.users
    other = graph.numbered({graph.named("w"): -4.0})
    assert other.order is order
    assert other.users is users
    assert other.nodes[graph.named("w")] == replace(graph.nodes[graph.named("w")], data=-4.0)
