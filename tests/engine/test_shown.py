"""How a Value shows itself in a notebook."""

import builtins
from xml.etree import ElementTree

import pytest

from micrograd import Value, dot

SVG = "{http://www.w3.org/2000/svg}"


def texts(value: Value) -> list[str]:
    root = ElementTree.fromstring(value._repr_mimebundle_(include=None, exclude=None)["image/svg+xml"])
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


def test_a_value_shows_its_graph_with_labels_and_numbers():
    a = Value(2.0, label="a")
    L = a * a
    L.backward()
    assert {"a", "data 2.0000", "grad 4.0000", "*", "data 4.0000", "grad 1.0000"} <= set(texts(L))


def test_hostile_labels_are_shown_as_text_and_nothing_else():
    for label in ("<script>alert(1)</script>", "{|}", '"', "\ud800", "\\N", "]]>", "&lt;"):
        assert texts(Value(1.0, label=label))[0].replace("\xa0", " ") == label.replace("\ud800", "\ufffd")


def test_a_large_graph_is_left_to_its_repr():
    x = Value(0.0)
    for _ in range(dot.SHOWN_AT_MOST):
        x = x + 1
    assert x._repr_mimebundle_() == {}
    assert repr(x) == f"Value(data={float(dot.SHOWN_AT_MOST)}, grad=0)"


def test_where_graphviz_takes_too_long_it_is_drawn_all_the_same_and_without_it_the_repr_is_left(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(dot, "_SECONDS", 1e-6)  # then it is drawn in plain layers
    assert "<svg" in Value(1.0)._repr_mimebundle_()["image/svg+xml"]
    monkeypatch.setattr(dot, "_SECONDS_IN_ALL", 1e-6)  # and then without Graphviz
    assert "<svg" in Value(1.0)._repr_mimebundle_()["image/svg+xml"]
    monkeypatch.setenv("PATH", str(tmp_path))  # without one of the system
    monkeypatch.setattr(dot, "embedded_dot", lambda: None)
    assert Value(1.0)._repr_mimebundle_() == {}


def test_repr_needs_no_graphviz(monkeypatch):
    real = builtins.__import__

    def refusing(name, *arguments):
        assert "graphviz" not in name
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refusing)
    assert repr(Value(2.0)) == "Value(data=2.0, grad=0)"


def test_ipython_shows_picture_and_text():
    formatters = pytest.importorskip("IPython.core.formatters")
    bundle, _ = formatters.DisplayFormatter().format(Value(2.0, label="a"))
    assert set(bundle) >= {"image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == "Value(data=2.0, grad=0)"
