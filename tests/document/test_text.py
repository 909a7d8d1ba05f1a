"""Numbers as people write and read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import WIDEST, exact, read_number, short, written


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
    "text", ["abs", "", "1/2", "--2", "1,2,3", "0x10", "two", "\n" * 99, "x" * 10_000, "\x00"]
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
