"""DOT text that names files is read without them, in the time that its length asks for."""

import pytest

from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.files.dot_reader import LARGEST, graph_from_dot, harmless

NAMING = """digraph {  # image="a.png"
  b [shape=none image="/some/file.png" "imagepath"="/some"];  /* shapefile="/x"
  */ a [shape=record label="{a|data 2.5}"];
  c [label=<<TABLE><TR>
    <TD><IMG SRC="/some/other.png"/></TD></TR></TABLE>>, image /* so */ = "/x.png"];
  layout=dot; fontpath="/some"; stylesheet="/some.css"; _background="c 7 -#ff0000 I 0 0 10 10 6 -/some"
}"""


def test_nothing_that_names_a_file_or_a_layout_reaches_the_engine() -> None:
    left = harmless(NAMING)
    for word in ("image", "shapefile", "IMG", "layout", "fontpath=", "stylesheet", "_background"):
        assert word not in left, word
    assert left.count("\n") == NAMING.count("\n")  # what is wrong is told by its line
    (node,) = graph_from_dot(NAMING)
    assert (node.label, node.data) == ("a", 2.5)


def test_a_label_that_speaks_of_images_keeps_its_words() -> None:
    text = 'digraph { a [shape=record label="{ image=x // <b> /* y */ | data 1 }"] }'
    assert harmless(text) == text


@pytest.mark.parametrize("text", ['"', "a=", "<", "a=<", "/*", "a", '"\\', "a ", 'a="', "a=<<", "/* "])
def test_no_text_takes_longer_than_its_length_asks_for(text: str) -> None:
    for times in (1, 60_000):  # by the square this would be minutes
        assert harmless("digraph{" + text * times)


@pytest.mark.parametrize("air", [" ", "\n", "/**/", "a;"])
def test_more_than_graphviz_would_read_is_refused_before_it_is_looked_through(air: str) -> None:
    text = f"digraph {{ {air * (LARGEST // len(air))} }}"
    with pytest.raises(FileRefusal) as refused:
        graph_from_dot(text, "a.dot")
    assert str(refused.value) == "a.dot is too large: it has 4 MB, and at most 4 MB are read."
