"""Edits of the rows: pure functions, whose results the graph takes or refuses."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_gui.document import data_edits as edits
from micrograd_gui.document.data import Column, Data
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression

DATA = Data((Column("a", 1), Column("b"), Column("c", 3)), ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)), 1, "sum")


def leaves(*roles: str) -> Graph:
    graph = Graph()
    for at, role in enumerate(roles):
        graph = graph.added(None, (0.0, 90.0 * at), data=float(at), role=role)  # type: ignore[arg-type]
    return graph


def test_a_renamed_column_stays_where_it_is_and_bound_as_it_was() -> None:
    new = edits.renamed_column(DATA, 0, "  height ")
    assert new.columns == (Column("height", 1), Column("b"), Column("c", 3))
    assert (new.rows, new.shown, new.reduction) == (DATA.rows, DATA.shown, DATA.reduction)


def test_a_column_that_is_called_so_already_is_no_edit() -> None:
    assert edits.renamed_column(DATA, 1, " b") is DATA
    lone = edits.renamed_column(DATA, 1, "\ud800")  # no file can hold half a pair
    assert edits.renamed_column(lone, 1, "\ud800") is lone


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "a name"), (" \t", "a name"), ("\u202e", "a name"), ("c", "a column “c” already")],
)
def test_a_name_that_says_nothing_or_is_taken_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        edits.renamed_column(DATA, 0, name)


def test_a_new_column_takes_a_name_that_is_free() -> None:
    data = edits.with_column(Data((Column("x2"),), ((7.0,),)))
    assert data.columns == (Column("x2"), Column("x3"))
    assert data.rows == ((7.0, 0.0),)


def test_without_its_last_column_there_are_no_data() -> None:
    assert edits.without_column(Data((Column("a"),), ((1.0,),)), 0) is None
    rest = edits.without_column(DATA, 1)
    assert rest is not None
    assert rest.columns == (Column("a", 1), Column("c", 3))
    assert rest.rows == ((1.0, 3.0), (4.0, 6.0))


def test_a_leaf_takes_its_numbers_from_one_column_only() -> None:
    assert [each.node for each in edits.bound(DATA, 1, 3).columns] == [1, 3, None]
    assert [each.node for each in edits.bound(DATA, 0, None).columns] == [None, None, 3]


@given(st.integers(1, 9), st.data())
def test_the_row_that_is_shown_stays_shown_while_it_is_there(count: int, draw: st.DataObject) -> None:
    shown = draw.draw(st.integers(0, count - 1))
    gone = draw.draw(st.sets(st.integers(0, count - 1), min_size=1))
    data = Data((Column("a"),), tuple((float(at),) for at in range(count)), shown)
    rest = edits.without_rows(data, gone)
    assert [row[0] for row in rest.rows] == [at for at in range(count) if at not in gone]
    assert rest.fault({}) is None
    if shown not in gone:
        assert rest.rows[rest.shown] == (float(shown),)


def test_no_rows_to_remove_is_refused() -> None:
    with pytest.raises(Refusal, match="Select the rows"):
        edits.without_rows(DATA, ())


def test_the_first_row_holds_what_the_graph_does_and_a_further_one_what_the_last_did() -> None:
    graph = leaves("input", "input").valued(2, math.inf)
    data = edits.with_row(edits.columns_for(graph), graph)
    assert data.rows == ((0.0, 0.0),)  # what is not finite is no number of a row
    graph = graph.valued(1, 5.0)
    assert edits.with_row(edits.columns_for(graph), graph).rows == ((5.0, 0.0),)
    assert edits.with_row(DATA, graph).rows[-1] == DATA.rows[-1]


def test_columns_need_an_input() -> None:
    with pytest.raises(Refusal, match="no input"):
        edits.columns_for(leaves("parameter", ""))


def test_pasted_numbers_stand_from_that_cell_on_and_make_rows_where_there_are_none() -> None:
    new = edits.overlaid(DATA, [[7.0], [8.0, 9.0]], 1, 1)
    assert new.rows == ((1.0, 2.0, 3.0), (4.0, 7.0, 6.0), (0.0, 8.0, 9.0))
    with pytest.raises(Refusal, match="2 columns, and from “c” on there are 1"):
        edits.overlaid(DATA, [[1.0, 2.0]], 0, 2)


def test_an_input_with_another_number_than_its_row_differs() -> None:
    graph = leaves("input").fed(Data((Column("a", 1),), ((2.0,),)))
    assert not edits.differs(graph)
    assert edits.differs(graph.valued(1, 3.0))
    assert not edits.differs(leaves("input"))


def test_the_leaf_that_is_bound_is_offered_first_and_no_parameter() -> None:
    graph = graph_from_expression("w = 1; k = 2; x = 3; L = w*x + k")
    graph = graph.marked(graph.named("w"), "parameter").marked(graph.named("x"), "input")
    graph = graph.fed(Data((Column("p", graph.named("k")), Column("q"))))
    assert edits.leaves_for(graph, 1) == [graph.named(name) for name in ("k", "x")]
    graph = graph.fed(Data((Column("p"), Column("q", graph.named("x")))))
    assert edits.leaves_for(graph, 1)[0] == graph.named("x")
