"""One cap for both ways: what can be saved can be opened; what cannot is said before the old file goes."""

import json
import warnings

import pytest

from micrograd_gui.document import codec
from micrograd_gui.document.data import NUMBERS_AT_MOST, ROWS_AT_MOST, Column, Data
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.door import render
from micrograd_gui.files import atomic, documents, embedded, tables


def fed(rows: int, columns: int) -> Graph:
    row = tuple(0.1234567890123456 + at for at in range(columns))
    data = Data(tuple(Column(f"x{at}") for at in range(columns)), (row,) * rows)
    return Graph({1: Node(1, label="a")}, next_id=2, data=data)


def test_many_rows_are_saved_and_opened_again(tmp_path):
    path, graph = tmp_path / "rows.micrograd", fed(20_000, 9)
    documents.write(path, graph)
    once = path.read_bytes()
    again = documents.read(path)
    assert again.data == graph.data
    documents.write(path, again)
    assert path.read_bytes() == once
    assert once.startswith(b'{\n  "data": {\n    "columns": [\n')
    assert b'\n    "rows": [\n      [\n        0.1234567890123456,\n        1.1234567890123457,\n' in once


def test_rows_as_they_were_read_from_a_table_are_saved_as_a_table_and_read_again(tmp_path):
    data = fed(3, 4).data
    tables.write(tmp_path / "rows.csv", data)
    assert tables.read(tmp_path / "rows.csv").rows == data.rows


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        (
            lambda: Graph({n: Node(n) for n in range(1, NODES_AT_MOST + 2)}),
            "200001 nodes are more than 200000",
        ),
        (
            lambda: Graph(data=Data((Column("x"),), ((1.0,),) * (ROWS_AT_MOST + 1))),
            "1,000,001 rows are more than",
        ),
        (
            lambda: Graph(data=Data((Column("x"), Column("y")), ((1.0, 2.0),) * (NUMBERS_AT_MOST // 2 + 1))),
            "have 1,600,002 numbers, more than 1,600,000",
        ),
    ],
    ids=["nodes", "rows", "numbers"],
)
def test_what_is_more_than_can_be_read_is_refused_and_the_old_file_stays(tmp_path, graph, said):
    path = tmp_path / "kept.micrograd"
    documents.write(path, Graph({1: Node(1)}))
    before = path.read_bytes()
    with pytest.raises(FileRefusal, match=said):
        documents.write(path, graph())
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["kept.micrograd"]


def test_what_would_take_more_bytes_than_are_read_is_refused_and_the_old_file_stays(tmp_path, monkeypatch):
    path, graph = tmp_path / "kept.micrograd", fed(20, 3)
    documents.write(path, graph)
    before = path.read_bytes()
    monkeypatch.setattr(atomic, "LARGEST", len(before))
    documents.read(path)
    more = fed(21, 3)
    with pytest.raises(FileRefusal, match=r"“kept\.micrograd” cannot be written: the graph would take 0 MB"):
        documents.write(path, more)
    assert path.read_bytes() == before
    monkeypatch.setattr(atomic, "LARGEST", 100)
    with pytest.raises(FileRefusal, match="the table would take"):
        tables.write(tmp_path / "rows.csv", graph.data)
    with pytest.raises(FileRefusal, match="too large: it has 0 MB"):
        documents.read(path)


def test_a_picture_holds_no_larger_graph_than_is_read_from_it(monkeypatch):
    graph = fed(20, 3)
    text = embedded.pack(graph)
    monkeypatch.setattr(embedded, "LARGEST_GRAPH", len(text) - 1)
    with pytest.raises(FileRefusal, match="too large to be put into a picture"):
        embedded.pack(graph)


def test_of_a_picture_that_is_too_large_to_be_read_again_it_is_told(tmp_path, monkeypatch):
    path, graph = tmp_path / "large.svg", fed(3, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        render(graph, path)
    monkeypatch.setattr(atomic, "LARGEST", path.stat().st_size - 1)
    with pytest.warns(UserWarning, match=r"“large\.svg” has 0 MB: it does not open here again"):
        render(graph, path)
    with pytest.raises(FileRefusal, match="too large"):
        documents.read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        render(graph, tmp_path / "large.mmd")  # from which nothing is read


def test_a_table_of_more_columns_than_are_read_is_not_written(tmp_path):
    data = fed(1, tables.COLUMNS_AT_MOST + 1).data
    with pytest.raises(FileRefusal, match="1,001 columns, and at most 1,000 are read again"):
        tables.write(tmp_path / "wide.csv", data)
    assert not list(tmp_path.iterdir())


def test_more_rows_than_can_be_saved_are_not_taken_up():
    with pytest.raises(Refusal, match="1,000,001 rows are more than"):
        Graph().fed(Data((Column("x"),), ((1.0,),) * (ROWS_AT_MOST + 1)))


def test_the_parts_in_which_a_large_graph_is_written_are_not_seen():
    count = 4001
    nodes = {n: Node(n, label='ü\n  "nodes": []' if n % 2 else "") for n in range(1, count + 1)}
    graph = Graph(nodes, {n: (float(n), 0.5) for n in nodes}, next_id=count + 1)
    text = codec.encode(graph)
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=2, ensure_ascii=False) + "\n"
    assert codec.encode(codec.decode(text)) == text
