"""A Value or a Graph as what a cell of a notebook gives: the player in a frame, and a picture behind it."""

import base64
import hashlib
import html
import re

import pytest

import micrograd_gui as mg
from micrograd import Value
from micrograd_gui.app.notebooks.in_cell import MOST, bundle, in_cell
from micrograd_gui.document.errors import Refusal


def page_in(text: str) -> str:
    """The page that the frame holds."""
    found = re.search(r'srcdoc="([^"]*)"', text)
    assert found is not None
    return html.unescape(found[1])


def start(page: str) -> int:
    found = re.search(r'<main data-start="(\d+)"', page)
    assert found is not None
    return int(found[1])


def test_a_value_is_played_in_a_frame_of_its_own_over_a_picture():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    L = (a * b).tanh()
    L.backward()
    shown = L._repr_mimebundle_()
    assert shown.keys() == {"text/html", "image/svg+xml"}
    text = shown["text/html"]
    assert re.findall(r'sandbox="([^"]*)"', text) == ["allow-scripts"]  # neither this page nor another window
    assert 'src="data:image/svg+xml;base64,' in text
    assert not re.findall(r"""(?:src|href|action)=["']?(?!data:)[^"'>]*//""", text)  # nothing is fetched
    page = page_in(text)
    assert "default-src 'none'" in page
    hidden = re.search(
        r"<noscript><style>(.*?)</style></noscript></head>", page
    )  # nothing covers the picture
    assert hidden is not None
    assert "body>*{display:none" in hidden[1]
    digest = base64.b64encode(hashlib.sha256(hidden[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}' 'sha256-" in page  # else the page's own policy has it left out
    assert start(page) == 5  # two forward, the seed, two backward: the grads are there


def test_it_opens_after_forward_where_no_gradient_is_there_yet():
    assert start(page_in(bundle(Value(2.0) * 3)["text/html"])) == 1


def test_live_numbers_that_no_run_gives_are_said():
    a = Value(2.0, label="a")
    L = a * 3
    L.backward()
    a.grad = 5.0
    assert "a.grad is 5 in the live values, but a fresh run gives 3." in mg.show(L, inline=True).html


def test_a_graph_is_played_too_and_too_large_a_one_is_refused():
    shown = mg.show(mg.parse("L = (a*b + c) * f"), inline=True)
    assert start(page_in(shown._repr_html_())) == 7
    long = mg.parse("+".join(f"a{number}" for number in range(MOST)))
    with pytest.raises(Refusal, match="too many for a cell"):
        in_cell(long)
    assert bundle(long) == {}


def test_a_leaf_alone_is_a_picture():
    assert "text/html" not in Value(1.0)._repr_mimebundle_()
