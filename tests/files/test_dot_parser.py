"""The DOT language as Graphviz itself reads it; what is no DOT, and what is too much of it."""

import json
import random

import pytest

from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.files.dot_parser import DotError, TooMuchDot, read_dot
from micrograd_gui.files.dot_reader import LARGEST, graph_from_dot
from micrograd_gui.layout.graphviz import LayoutRefusal, engine

WANTED = ("label", "shape", "micrograd")


def as_graphviz(text: str) -> tuple[object, ...]:
    whole = json.JSONDecoder(strict=False).raw_decode(
        engine().run(text, "dot_json", layout="osage").decode()
    )[0]
    groups = whole["_subgraph_cnt"]  # they come first
    nodes = {each["_gvid"]: each for each in whole.get("objects", ()) if each["_gvid"] >= groups}
    said = [
        (each["name"], each.get("label", "\\N"), each.get("shape", ""), each.get("micrograd", ""))
        for each in nodes.values()
    ]
    named = {number: each["name"] for number, each in nodes.items()}
    edges = [(named[each["tail"]], named[each["head"]]) for each in whole.get("edges", ())]
    return said, sorted(edges), whole.get("target", "")


def as_here(text: str) -> tuple[object, ...]:
    found = read_dot(text, (*WANTED, "target"))
    names = [*found.names]
    said = [
        (name, has.get("label", "\\N"), has.get("shape", ""), has.get("micrograd", ""))
        for name, has in zip(names, found.attributes, strict=True)
    ]
    edges = sorted((names[tail], names[head]) for tail, head in found.edges)
    return said, edges, found.own.get("target", "")


class Writer:
    """DOT at random: each thing that the language has, in each way in which it can be written."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.directed, self.strict = self.draw.random() < 0.8, self.draw.random() < 0.5

    def air(self) -> str:
        return self.draw.choice([" ", "\n", "\t ", ' /* a -> b; " */ ', " // {\n", "\n# [\n", " # }\n", "  "])

    def name(self) -> str:
        return self.draw.choice(
            ["a", "b", "c1", "_d", "Node1", '"node"', "-1.5", ".5", "42", '"a b"', '"a" + "b"', '"q\\"q"',
             '"x\\\\"', '"l\\n{|}"', '"two\\\nlines"', "größe", '"重み"', '"->"', '"{"']
        )  # fmt: skip

    def value(self) -> str:
        return self.draw.choice(
            [
                '"{ a | data 2.0000 | grad 0.0000 }"',
                "record",
                "x",
                '"\\N"',
                '"a\\|b &lt;"',
                "0.25",
                '"+"',
                '"a\nb"',
            ]
        )

    def attributes(self) -> str:
        draw = self.draw
        names, signs = ("label", "micrograd", "color", "tooltip"), ("=", " = ")
        rows = [draw.choice(names) + draw.choice(signs) + self.value() for _ in range(draw.randrange(4))]
        return f"[{draw.choice([',', ';', ' ', ' , ']).join(rows)}]"

    def operand(self, depth: int) -> str:
        draw = self.draw
        if depth < 3 and draw.random() < 0.15:
            return self.group(depth)
        return self.name() + draw.choice(["", "", "", ":p", ":p:n", ':"f0"'])

    def group(self, depth: int) -> str:
        head = self.draw.choice(["", "subgraph ", "subgraph cluster_a ", 'subgraph "g h" '])
        return f"{head}{{{self.statements(depth + 1)}}}"

    def statement(self, depth: int) -> str:
        draw, kind = self.draw, self.draw.random()
        if kind < 0.12:
            return f"{draw.choice(['node', 'NODE', 'edge', 'graph'])} {self.attributes()}"
        if kind < 0.18:
            return f"{draw.choice(['rankdir', 'target', 'label'])}={self.value()}"
        if kind < 0.5:
            return self.name() + self.air() + draw.choice(["", self.attributes(), self.attributes() * 2])
        if kind < 0.9:
            sign = draw.choice(["->", " -> "]) if self.directed else draw.choice(["--", " -- "])
            ends = [self.operand(depth) for _ in range(draw.randrange(2, 4))]
            return sign.join(ends) + draw.choice(["", self.attributes(), "" if self.strict else "[key=k1]"])
        return self.group(depth)

    def statements(self, depth: int) -> str:
        parts = [
            self.statement(depth) + self.draw.choice([";", "\n", " ;"]) for _ in range(self.draw.randrange(5))
        ]
        return self.air() + self.air().join(parts) + self.air()

    def text(self) -> str:
        head = (self.draw.choice(["strict ", "STRICT "]) if self.strict else "") + (
            "digraph" if self.directed else "graph"
        )
        name = self.draw.choice(["", " G", ' "a graph"'])
        return f"{head}{name} {{{self.statements(0)}}}"


@pytest.mark.parametrize("seed", range(12))
def test_a_text_has_the_nodes_attributes_and_edges_that_graphviz_finds(seed: int) -> None:
    for number in range(25):
        text = Writer(1000 * seed + number).text()
        assert as_here(text) == as_graphviz(text), text


def test_edges_come_in_the_order_of_the_text() -> None:
    found = read_dot("digraph { a; b; c; c -> a; a -> b -> {c; d}; subgraph { d -> e } -> b }", ())
    names = [*found.names]
    told = [names[tail] + names[head] for tail, head in found.edges]
    assert told == ["ca", "ab", "bc", "bd", "de", "db", "eb"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "syntax error in line 1"),
        ("digraph", "syntax error in line 1"),
        ("digraph { a ->", "syntax error in line 1"),
        ("digraph {\n a -- b }", "syntax error in line 2 near “--”"),
        ("graph {\n\n a -> b }", "syntax error in line 3 near “->”"),
        ("digraph { a [label] }", "syntax error in line 1 near “]”"),
        ("digraph { a [label=\n }", "syntax error in line 2 near “}”"),
        ('digraph { a [label="x]\n }', 'syntax error in line 1 near “"”'),
        ("digraph { a [label=<b>\n }", "syntax error in line 2 near “}”"),
        ("digraph { a [label=<<b>\n }", "syntax error in line 1 near “<”"),
        ("digraph { node }", "syntax error in line 1 near “}”"),
        ('digraph { a + "b" }', "syntax error in line 1 near “[+]”"),
        ("digraph { /* a }", "syntax error in line 1 near “/”"),
        ("digraph { a = }", "syntax error in line 1 near “}”"),
        ("\u202enot dot", "^syntax error in line 1 near “[^\u202e]*not[^\u202e]*”.$"),
        ("not dot at all", "syntax error in line 1 near “not”"),
    ],
)
def test_what_is_no_dot_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(DotError, match=said):
        read_dot(text, WANTED)
    if text:
        with pytest.raises(LayoutRefusal):
            engine().run(text, "dot_json", layout="osage")


def test_groups_in_groups_and_edges_without_end_are_too_much() -> None:
    many = "{" + " ".join(f"n{number}" for number in range(2000)) + "}"
    again = f"subgraph x {many}; " + "subgraph x -> a; " * 2000
    for text in (
        f"digraph {{ {many} -> {many} }}",
        f"strict digraph {{ {again} }}",
        "digraph " + "{" * 5000 + "}" * 5000,
    ):
        with pytest.raises(TooMuchDot):
            read_dot(text, WANTED)


NAMING = """digraph {  # image="a.png"
  b [shape=none image="/some/file.png" "imagepath"="/some"];  /* shapefile="/x"
  */ a [shape=record label="{a|data 2.5}"];
  c [label=<<TABLE><TR>
    <TD><IMG SRC="/some/other.png"/></TD></TR></TABLE>>, image /* so */ = "/x.png"];
  layout=dot; fontpath="/some"; stylesheet="/some.css"; _background="c 7 -#ff0000 I 0 0 10 10 6 -/some"
}"""


def test_text_that_names_files_is_read_without_them() -> None:
    (node,) = graph_from_dot(NAMING)
    assert (node.label, node.data) == ("a", 2.5)
    (node,) = graph_from_dot('digraph { a [shape=record label="{ image=x // b /* y */ | data 1 }"] }')
    assert node.label == "image=x // b /* y */"


@pytest.mark.parametrize(
    "text", ['"', "a=", "<", "a=<", "/*", "a", '"\\', "a ", 'a="', "a=<<", "/* ", "a;", "{}", "a->", "#"]
)
def test_no_text_takes_longer_than_its_length_asks_for(text: str) -> None:
    for times in (1, 60_000):  # by the square this would be minutes
        with pytest.raises((DotError, TooMuchDot)):
            read_dot("digraph{" + text * times, WANTED)


@pytest.mark.parametrize(
    "once_more", ["subgraph x;", "subgraph x{}", "subgraph x{{{{n}}}}", "subgraph x{m%d}"]
)
def test_a_group_that_is_named_again_and_again_is_not_gone_through_each_time(once_more: str) -> None:
    nodes = " ".join(f"n{number}" for number in range(100_000))  # by the square this would be minutes
    more = "\n".join(once_more.replace("%d", str(number)) for number in range(50_000))
    assert len(read_dot(f"digraph {{ subgraph x {{ {nodes} }} {more} }}", ()).names) >= 100_000


@pytest.mark.parametrize("air", [" ", "\n", "/**/", "a;"])
def test_what_is_too_large_is_refused_before_it_is_looked_through(air: str) -> None:
    text = f"digraph {{ {air * (LARGEST // len(air))} }}"
    with pytest.raises(FileRefusal) as refused:
        graph_from_dot(text, "a.dot")
    assert str(refused.value) == "a.dot is too large: it has 4 MB, and at most 4 MB are read."
