"""The .micrograd format: the same bytes again, and one sentence for what is broken."""

import json
import math
from itertools import pairwise
from unittest import mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.files.documents import example_names, load_example

LEAF = {"id": 1, "data": 1.0}
WHOLE = {"format": "micrograd-graph", "version": 1, "nodes": [LEAF]}


def text(**changes: object) -> str:
    return json.dumps({**WHOLE, **changes})


def refusal(content: str | bytes) -> str:
    with pytest.raises(FileRefusal) as refused:
        codec.decode(content, "broken.micrograd")
    sentence = str(refused.value)
    with mock.patch.object(codec, "AT_ONCE", 0), pytest.raises(FileRefusal) as in_parts:
        codec.decode(content, "broken.micrograd")
    assert str(in_parts.value) == sentence
    assert sentence.startswith("broken.micrograd ")
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert len(sentence) < 300
    return sentence


@pytest.mark.parametrize("name", example_names())
def test_saving_opening_and_saving_an_example_gives_the_same_bytes(name):
    once = codec.encode(load_example(name))
    assert codec.encode(codec.decode(once)) == once


def test_the_file_is_json_with_sorted_keys_and_two_spaces():
    once = codec.encode(load_example("lecture"))
    assert once == json.dumps(json.loads(once), sort_keys=True, indent=2, ensure_ascii=False) + "\n"
    assert json.loads(once)["format"] == "micrograd-graph"
    assert json.loads(once)["version"] == 1


def test_places_and_spans_given_as_whole_numbers_are_saved_as_they_are_read():
    graph = Graph().added(None, (1, 2)).moved({1: (3, 4)}).ranged(1, (-5, 5))
    once = codec.encode(graph)
    assert codec.encode(codec.decode(once)) == once


HOSTILE = [
    '"',
    "{a|b}<c>",
    "\\",
    "a\nb\r\t",
    "\x00\x1b\x7f",
    "🙂",
    "\u202eabc",
    "\ud83d",
    "é" * 100_000,
    "\ufeff",
    "\u2028",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_any_label_is_saved_and_comes_back(label):
    graph = Graph().added(None, (0, 0)).relabelled(1, label)
    content = codec.encode(graph).encode("utf-8")
    again = codec.decode(content)
    assert again.nodes[1].label == graph.nodes[1].label
    assert codec.encode(again).encode("utf-8") == content


@pytest.mark.parametrize("data", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 0.1])
def test_any_number_is_saved_and_comes_back(data):
    graph = Graph().added(None, (0, 0), data=data)
    again = codec.decode(codec.encode(graph))
    assert repr(again.nodes[1].data) == repr(data)


def test_a_target_that_nobody_chose_is_the_same_after_reopening():
    nodes = {7: Node(7, "tanh", (1,)), 1: Node(1), 3: Node(3, "exp", (1,))}
    graph = codec.decode(codec.encode(Graph(nodes, next_id=8)))
    once = codec.decode(
        '{"format":"micrograd-graph","version":1,"nodes":'
        + json.dumps([{"id": 7, "op": "tanh", "inputs": [1]}, LEAF, {"id": 3, "op": "exp", "inputs": [1]}])
        + "}"
    )
    assert once.target == codec.decode(codec.encode(once)).target == graph.target == 7


def test_nodes_can_be_added_after_the_highest_id_and_be_saved():
    graph = codec.decode(text(nodes=[{"id": 2**53 - 1, "data": 1.0}, {"id": 4, "data": 2.0}]))
    more = graph.added("tanh", (0, 0))
    assert len(more) == 3
    assert len(codec.decode(codec.encode(more))) == 3


def test_the_next_id_comes_after_all_others():
    assert codec.decode(text(nodes=[LEAF, {"id": 9, "data": 1.0}])).next_id == 10


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"nodes": [LEAF, LEAF]}, "is damaged at nodes[1].id: 1 stands there twice"),
        (
            {"nodes": [LEAF, {"id": 2, "op": "tanh", "inputs": [9]}]},
            "at nodes[1].inputs[0]: there is no node 9",
        ),
        ({"nodes": [{"id": 1, "data": "two"}]}, "nodes[0].data cannot be “two”"),
        ({"nodes": [{"id": 0, "data": 1.0}]}, "at nodes[0].id"),
        ({"nodes": [{"id": -1, "data": 1.0}]}, "at nodes[0].id"),
        ({"nodes": [{"id": 2**53, "data": 1.0}]}, "at nodes[0].id"),
        ({"nodes": [{"id": 10**30, "data": 1.0}]}, "at nodes[0].id"),
        ({"nodes": [{"id": True, "data": 1.0}]}, "at nodes[0].id"),
        ({"nodes": [{"id": 1.5, "data": 1.0}]}, "nodes[0].id"),
        ({"nodes": [{"id": "1", "data": 1.0}]}, "nodes[0].id"),
        ({"nodes": [{"id": 1, "data": "abs"}]}, "nodes[0].data"),
        ({"nodes": [{"id": 1, "data": 10**400}]}, "nodes[0].data"),
        ({"nodes": [{"id": 1, "data": None}]}, "nodes[0].data: a leaf needs a number"),
        ({"nodes": [{"id": 1}]}, "nodes[0].data: a leaf needs a number"),
        ({"nodes": [{"id": 1, "data": 1.0, "inputs": [1]}]}, "nodes[0].inputs: a leaf has no inputs"),
        ({"nodes": [{"id": 1, "data": 1.0, "role": "king"}]}, "nodes[0].role"),
        ({"nodes": [{"id": 1, "data": 1.0, "label": 5}]}, "nodes[0].label"),
        ({"nodes": [{"id": 1, "data": 1.0, "colour": "red"}]}, "unknown field colour"),
        (
            {"nodes": [{"id": 1, "op": "softmax", "inputs": []}]},
            "nodes[0].op: there is no op called “softmax”",
        ),
        (
            {"nodes": [{"id": 1, "op": "**nan", "inputs": [None]}]},
            "nodes[0].op: an exponent is a finite number",
        ),
        ({"nodes": [{"id": 1, "op": "**x", "inputs": [None]}]}, "nodes[0].op"),
        ({"nodes": [{"id": 1, "op": "+", "inputs": [None]}]}, "nodes[0].inputs: + takes 2 operands, not 1"),
        (
            {"nodes": [{"id": 1, "op": "tanh", "inputs": [None], "data": 2.0}]},
            "nodes[0].data: only a leaf has one",
        ),
        (
            {"nodes": [{"id": 1, "op": "tanh", "inputs": [None], "role": "input"}]},
            "nodes[0].role: only a leaf",
        ),
        ({"nodes": [{"id": 1, "op": "tanh", "inputs": [1], "label": "t"}]}, "the wires close a cycle: t → t"),
        ({"nodes": {}}, "nodes"),
        ({"nodes": None}, "nodes"),
        ({"target": 5}, "at target: there is no node 5"),
        ({"target": "1"}, "target"),
        ({"view": {"places": {"9": [0, 0]}}}, "at view.places.9: there is no such node"),
        ({"view": {"places": {"x" * 500: [0, 0]}}}, "there is no such node"),
        ({"view": {"places": {"9" * 5000: [0, 0]}}}, "there is no such node"),
        ({"view": {"places": {"１": [0, 0]}}}, "there is no such node"),
        ({"view": {"places": {"01": [0, 0]}}}, "there is no such node"),
        ({"view": {"places": {"1": [0]}}}, "view.places"),
        ({"view": {"places": {"1": [0, 1e300]}}}, "view.places.1: it is too far out"),
        ({"view": {"ranges": {"1": [1, 1]}}}, "view.ranges.1: the span does not go upwards"),
        ({"view": {"zoom": 2}}, "unknown field zoom"),
        ({"x" * 500: 1}, "unknown field xxx"),
        ({"a\nb\u2028\x1b": 1}, "unknown field a b"),
        ({"version": 2}, "was made by a newer micrograd-gui: its field “version” is 2"),
        ({"version": 10**400}, "was made by a newer micrograd-gui: its field “version” is huge"),
        ({"version": 0}, "version"),
        ({"version": 1.5}, "version"),
        ({"version": True}, "version"),
        ({"version": "1"}, "version"),
        ({"version": None}, "version"),
        ({"format": "nodes"}, "is not a micrograd-gui file: its field “format” is “nodes”"),
        ({"format": "x\n" * 500}, "its field “format” is “x x x"),
        ({"format": None}, "its field “format” is “None”"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence_that_names_the_field(changes, place):
    assert place in refusal(text(**changes))


def test_a_cycle_is_told_in_the_direction_of_its_wires():
    ring = [{"id": n, "op": "tanh", "inputs": [n - 1 or 3], "label": "abc"[n - 1]} for n in (1, 2, 3)]
    sentence = refusal(text(nodes=ring))
    shown = sentence.split("cycle: ")[1].rstrip(".").split(" → ")
    assert shown[0] == shown[-1]
    assert all(pair in (("a", "b"), ("b", "c"), ("c", "a")) for pair in pairwise(shown))


def test_a_long_cycle_is_told_in_a_short_sentence():
    ring = [{"id": n, "op": "tanh", "inputs": [n - 1 or 900]} for n in range(1, 901)]
    assert refusal(text(nodes=ring)).endswith("→ ….")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        '"x"',
        "1",
        "{",
        "nothing",
        b"\xff\xfe",
        b"\x89PNG\r\n",
        "\ud800",
        text()[:-5],
        text() + "x",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"format":"micrograd-graph","version":1,"nodes":' + "[" * 100_000,
        '{"format":"micrograd-graph","version":1,"nodes":[],"view":' + '{"places":' * 100_000,
        '{"format":"micrograd-graph","version":1,"nodes":[{"id":1,"data":1,"label":"\\ud800"}]}',
        '{"format":"micrograd-graph","version":' + "9" * 10_000 + ',"nodes":[]}',
        b'{"format":"micrograd-graph","version":1,"nodes":[{"id":1,"data":1,"label":"\xff"}]}',
    ],
)
def test_what_is_no_such_file_at_all_is_refused_in_one_sentence(content):
    refusal(content)


def test_nan_in_a_file_is_named_with_its_line_and_column():
    content = codec.encode(Graph().added(None, (0, 0), data=2.5, label="grüße")).replace("2.5", "NaN")
    lines = content.split("\n")
    line = next(number for number, each in enumerate(lines, 1) if "NaN" in each)
    expected = f"“NaN” is not JSON at line {line}, column {lines[line - 1].index('NaN') + 1}."
    assert refusal(content).endswith(expected)


def test_more_nodes_than_the_limit_are_refused():
    nodes = ",".join(f'{{"id":{number},"data":1}}' for number in range(1, codec.NODES_AT_MOST + 2))
    assert "200001 nodes are more than 200000" in refusal(text(nodes=[]).replace("[]", f"[{nodes}]"))


def test_a_large_file_is_not_read_at_one_stroke(monkeypatch):
    nodes = [{"id": 1, "data": 1.0}, *({"id": n, "op": "+", "inputs": [n - 1, 1]} for n in range(2, 9001))]
    view = {"places": {str(n): [n, n] for n in range(1, 9001)}}
    data = {"columns": [{"name": "a"}], "rows": [[0.5]] * 9000}
    content, plain, sizes = text(nodes=nodes, view=view, data=data), msgspec.json.Decoder, []

    class Counting:
        def __init__(self, kind):
            self.plain = plain(kind)

        def decode(self, part):
            sizes.append(len(found := self.plain.decode(part)))
            return found

    monkeypatch.setattr(codec, "AT_ONCE", 100_000)
    monkeypatch.setattr(msgspec.json, "Decoder", Counting)
    graph = codec.decode(content)
    assert (len(graph), len(graph.places), len(graph.data)) == (9000, 9000, 9000)
    assert sum(sizes) == 27_000
    assert max(sizes) == 2000


def test_as_many_nodes_as_the_limit_are_read_without_recursion(monkeypatch):
    monkeypatch.setattr(codec, "NODES_AT_MOST", 20_000)
    chain = ",".join(
        f'{{"id":{number},"op":"tanh","inputs":[{number - 1 or "null"}]}}'
        for number in range(1, codec.NODES_AT_MOST + 1)
    )
    assert len(codec.decode(text(nodes=[]).replace("[]", f"[{chain}]"))) == codec.NODES_AT_MOST


def test_the_schema_describes_what_is_written():
    schema = codec.schema()
    fields = {key for part in schema["$defs"].values() for key in part.get("properties", {})}
    whole = json.loads(codec.encode(load_example("parabola")))
    assert set(whole) | set(whole["view"]) <= fields
    assert {key for node in whole["nodes"] for key in node} <= fields


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "op", "inputs", "label", "data", "role", "places", "ranges", "1", "2"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    ),
    st.sampled_from(["nodes", "target", "view", "version", "format"]),
)
def test_any_json_in_any_field_is_read_or_refused(part, where):
    content = json.dumps({**WHOLE, where: [part] if where == "nodes" else part})
    try:
        graph = codec.decode(content)
    except FileRefusal:
        return
    once = codec.encode(graph)
    assert codec.encode(codec.decode(once)) == once
