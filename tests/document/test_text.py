"""Numbers as people write and read them, and text made fit for one line."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import (
    WIDEST,
    as_tip,
    as_typed,
    exact,
    in_html,
    in_order,
    one_line,
    read_number,
    short,
    spoken,
    told_apart,
    visible,
    written,
)
from tests.naughty import naughty


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "·"),
        (-6.0, "−6.0000"),
        (0.0, "0.0000"),
        (2 / 3, "0.6667"),
        (99999.4, "99999.4000"),
        (99999.5, "1.00e+05"),
        (-1.5e8, "−1.50e+08"),
        (1e-9, "1.00e−09"),
        (0.00005, "0.0001"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "−inf"),
    ],
)
def test_a_number_is_written_for_the_window(number, text):
    assert written(number) == text


def test_zero_is_written_without_a_sign():
    assert written(-0.0) == "0.0000"


@given(st.floats())
def test_no_number_is_wider_than_the_widest(number):
    assert len(written(number)) <= len(WIDEST)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_an_exact_text_reads_back_as_the_same_number(number):
    assert repr(float(exact(number))) == repr(number)
    assert repr(read_number(exact(number))) == repr(number)


@pytest.mark.parametrize(("number", "text"), [(2.0, "2"), (-0.5, "−0.5"), (6.8813735870195432, "6.881374")])
def test_a_number_is_told_in_few_characters(number, text):
    assert short(number) == text


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2.0), (" −3.5 ", -3.5), ("1,5", 1.5), ("1e-3", 1e-3), ("+2", 2.0), (".5", 0.5)]
)
def test_a_typed_number_is_read(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text", ["abs", "", "1/a", "--2", "1,2,3", "0x10", "two", "\n" * 99, "x" * 10_000, "\x00"]
)
def test_what_is_no_number_is_refused_in_a_sentence_that_quotes_it(text):
    with pytest.raises(Refusal, match="must be a number, not “") as refused:
        read_number(text, "The value of a")
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 100


@pytest.mark.parametrize("text", ["nan", "inf", "-infinity", "1e999"])
def test_a_number_that_is_not_finite_is_refused(text):
    with pytest.raises(Refusal, match="must be a finite number"):
        read_number(text)


STEERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # Unicode's classes of direction
ANY = st.one_of(st.text(), st.sampled_from(naughty()), st.text(st.characters(codec=None)))


@given(ANY, st.integers(2, 60), st.sampled_from([" ", "�"]), st.booleans())
def test_whatever_it_is_stands_on_one_short_line(text, longest, instead, ends):
    line = one_line(text, longest, instead=instead, ends=ends)
    assert len(line) <= longest
    assert len(line.splitlines()) <= 1
    assert line == line.strip(" ") or "…" in line
    assert "  " not in line
    assert not {unicodedata.bidirectional(each) for each in line} & STEERING
    assert not {unicodedata.category(each) for each in line} & {"Cc", "Cs", "Zl", "Zp"}


@given(ANY)
def test_what_is_on_one_line_stays_as_it_is(text):
    line = one_line(text, instead="�")
    assert one_line(line) == line
    assert spoken(spoken(text)) == spoken(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\t b", "a b"),
        ("w\x00\x1b[2J", "w��[2J"),
        ("admin\u202egnp.exe", "admingnp.exe"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("half\ud800", "half�"),
        ("sum\u00a0of\u2028x", "sum of x"),
        ("  ", ""),
    ],
)
def test_what_cannot_be_seen_is_replaced_and_what_joins_stays(text, line):
    assert one_line(text, instead="�") == line


def test_what_is_too_long_is_cut_at_its_end_or_in_its_middle():
    assert one_line("abcdefghij", 10) == "abcdefghij"
    assert one_line("abcdefghijk", 10) == "abcdefghi…"
    assert one_line("abcdefghijk", 10, ends=True) == "abcde…hijk"
    assert one_line("x" * 10**6 + "end", 8, ends=True) == "xxxx…end"
    assert one_line(" " * 99 + "far away", 8) == "…"


def test_in_the_name_of_a_file_every_blank_counts():
    assert visible(" a  b\n.svg", "�") == " a  b .svg"


def test_numbers_on_both_sides_of_a_power_of_ten_are_told_apart_by_their_digits():
    above, below = told_apart((1e18 + 2e6, 1e18 - 2e6))
    assert above.endswith("e+18")
    assert below.endswith("e+18")
    assert float(above) - float(below) == pytest.approx(4e6, rel=0.3)


def test_a_name_from_right_to_left_does_not_turn_what_stands_beside_it():
    sentence = "خسارة.grad += 3 × אובדן_1.grad = 0.5"
    shown = in_order(sentence)
    assert unicodedata.bidirectional(shown[0]) == "L", "the line goes from left to right"
    assert shown == "\u200eخسارة\u200e.grad += 3 × \u200eאובדן\u200e_1.grad = 0.5"
    assert as_typed(shown) == sentence
    assert as_tip("אובדן_1") == "\u200eאובדן\u200e₁"
    assert in_html("אובדן_1") == "\u200eאובדן\u200e<sub>1</sub>"
    assert in_order("重み = नमस्ते") == "重み = नमस्ते"
