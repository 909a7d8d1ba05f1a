"""In parts: what is read some at a time is what is read at one stroke, and a fault in it has its place."""

import json
import random
from threading import Thread, current_thread
from threading import enumerate as enumerate_threads
from typing import ClassVar

import msgspec
import pytest

from micrograd_gui.document import codec, in_parts
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.notation.carried import comments, graph_text
from micrograd_gui.files import documents
from micrograd_gui.files.documents import load_example
from micrograd_gui.files.notebook import graph_of_cells


class Thing:
    gone: ClassVar[list[Thread]] = []

    def __del__(self) -> None:
        self.gone.append(current_thread())


@pytest.mark.parametrize(("count", "elsewhere"), [(50, False), (2100, True)])
def test_much_is_let_go_of_by_another_thread_and_little_at_once(count, elsewhere):
    Thing.gone.clear()
    things: list[object] = [Thing() for _ in range(count)]
    in_parts.let_go_by_turns(things)
    assert elsewhere or things == []
    for each in enumerate_threads():
        if each is not current_thread() and "let_go" in each.name:
            each.join(20)
    assert things == []
    assert len(Thing.gone) == count
    assert {thread is not current_thread() for thread in Thing.gone} == {elsewhere}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_text_that_is_none_reads_the_same_in_parts(encoding, size, monkeypatch):
    monkeypatch.setattr(in_parts, "_BYTES", size)
    junk = random.Random(1).randbytes(3000)
    for content in (junk, "aé€😀\n".encode(encoding) * 50, junk[:1] + "é€".encode(encoding) * 9):
        assert in_parts.lenient_text(content, encoding) == content.decode(encoding, "replace")


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (lambda file: file["nodes"][4321].update(id="x"), "nodes[4321].id"),
        (lambda file: file["nodes"][4321].update(data="much"), "nodes[4321].data"),
        (lambda file: file["nodes"][3999].update(more=1), "nodes[3999]"),
        (lambda file: file["data"]["rows"].__setitem__(2345, ["x"]), "data.rows[2345][0]"),
        (lambda file: file.update(more=1), "more"),
        (lambda file: file["view"]["places"].update({"7": "x"}), "view.places"),
    ],
)
def test_a_fault_in_a_large_file_has_the_place_that_it_has_in_a_small_one(wrong, place, monkeypatch):
    file = {"format": codec.FORMAT, "version": 1, "target": 1, "view": {"places": {"1": [0, 0]}}}
    file["nodes"] = [{"id": n, "label": f"w{n}", "data": 1.0} for n in range(1, 5001)]
    file["data"] = {"columns": [{"name": "w1", "node": 1}], "rows": [[1.0]] * 3000}
    codec.decode(json.dumps(file))
    wrong(file)
    said = []
    for at_once in (0, 10**9):
        monkeypatch.setattr(codec, "AT_ONCE", at_once)
        with pytest.raises(FileRefusal) as refused:
            codec.decode(json.dumps(file), "It")
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert place in said[0]


@pytest.mark.parametrize("end", [',{"id":1', ',{"id":1}]]', ',{"id":"x"}]}'])
def test_a_large_file_that_is_wrong_is_not_read_at_one_stroke(end, monkeypatch):
    strokes, decode = [], msgspec.json.decode

    def counted(text, **more):
        strokes.append((len(text), more["type"]))
        return decode(text, **more)

    monkeypatch.setattr(in_parts.msgspec.json, "decode", counted)
    text = '{"format":"micrograd-graph","version":1,"nodes":[{"id":1}' + ',{"id":1,"data":0}' * 40_000 + end
    with pytest.raises(FileRefusal):
        codec.decode(text, "It")
    assert len(text) > codec.AT_ONCE
    assert codec.FileModel not in [kind for size, kind in strokes if size > codec.AT_ONCE]


def test_a_notebook_opens_whatever_python_took_for_json(tmp_path):
    cell = {
        "cell_type": "code",
        "source": ["a = Value(2.0)\n", "b = a*3"],
        "outputs": [float("nan")],
        "metadata": {},
    }
    for more in ({}, {"x": "\ud800"}):
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": more, "cells": [cell]}
        graph = graph_of_cells(json.dumps(book).encode(), "It")
        assert len(graph) == 3
        carried = json.loads(codec.encode(load_example("neuron")))
        (path := tmp_path / "a.ipynb").write_text(
            json.dumps({**book, "metadata": {**more, "micrograd-graph": carried}}), "utf-8"
        )
        assert codec.encode(documents.read(path)) == codec.encode(load_example("neuron"))


def test_notebooks_of_all_versions_have_their_cells_read():
    old = {
        "worksheets": [
            {"cells": [{"cell_type": "code", "input": "a = Value(2.0)"}, {"cell_type": "markdown"}]}
        ]
    }
    new = {
        "worksheets": None,
        "cells": [{"cell_type": "code", "source": "a = Value(2.0)"}, {"cell_type": "raw"}],
    }
    for book in (old, new):
        assert len(graph_of_cells(json.dumps(book).encode(), "It")) == 1
    for wrong in ([1], {"cells": [1]}, {"cells": 3}, {"cells": [{"cell_type": "code", "source": None}]}):
        with pytest.raises(FileRefusal, match=r"cannot be read as a notebook|has no|carries no graph"):
            graph_of_cells(b"{" + json.dumps(wrong).encode()[1:], "It")


def test_lines_that_carry_a_graph_are_found_among_others():
    text = codec.encode(load_example("neuron"))
    lines = comments(text, "#")
    hidden = f"x = 1 # micrograd-graph: abc\n{lines}print('# micrograd-graph: abc')\n# micrograd-graph: a b\n"
    assert graph_text(hidden, 10**6) == text
    assert graph_text(lines.replace("\n", "\r\n"), 10**6) == text
