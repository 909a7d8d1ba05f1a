"""Sentences go through one door, and say the same in every language."""

from collections.abc import Iterator

import pytest

from micrograd import language
from micrograd.language import (
    CONTEXT,
    N_,
    again,
    in_quotes,
    joined,
    kept,
    kept_joined,
    remembered,
    tr,
    trc,
    trn,
    within,
)

GERMAN = {
    "Zero grad": "Grad auf 0",
    "{name} feeds {other}.": "{other} wird von {name} gespeist.",
    "{n} node": ("{n} Knoten", "{n} Knoten insgesamt"),
    f"of a run{CONTEXT}Last": "Ende",
    "Delete {what}": "{what} löschen",
    "the target": "das Ziel",
    " and ": " und ",
    "{first} and {last}": "{first} und {last}",
    "“{text}”": "„{text}“",
}


@pytest.fixture
def german() -> Iterator[None]:
    language.use(GERMAN, lambda n: int(n != 1))
    yield
    language.use()


def test_english_is_what_stands_in_the_source() -> None:
    assert tr("Zero grad") == "Zero grad"
    assert tr("{name} feeds {other}.", name="a", other="b") == "a feeds b."
    assert [trn("{n} node", "{n} nodes", n) for n in (0, 1, 2)] == ["0 nodes", "1 node", "2 nodes"]
    assert trc("of a run", "Last") == "Last"
    assert N_("Zero grad") == "Zero grad"


@pytest.mark.usefixtures("german")
def test_another_language_orders_its_words_as_it_likes() -> None:
    assert tr("Zero grad") == "Grad auf 0"
    assert tr("{name} feeds {other}.", name="a", other="b") == "b wird von a gespeist."
    assert [trn("{n} node", "{n} nodes", n) for n in (1, 2)] == ["1 Knoten", "2 Knoten insgesamt"]
    assert trc("of a run", "Last") == "Ende"
    assert joined(["a", "b", "c"]) == "a, b und c"


@pytest.mark.usefixtures("german")
def test_a_name_stands_in_the_quotation_marks_of_the_language() -> None:
    assert in_quotes("net.micrograd") == "„net.micrograd“"


@pytest.mark.usefixtures("german")
def test_a_text_that_is_not_translated_yet_stays_english() -> None:
    assert tr("Run {n}", n=3) == "Run 3"
    assert trn("{n} wire", "{n} wires", 2) == "2 wires"
    assert trc("of a plot", "Last") == "Last"


def test_braces_stay_where_no_value_is_put_in() -> None:
    assert tr("a set is {1, 2}") == "a set is {1, 2}"


def test_a_number_keeps_the_form_that_the_text_gives_it() -> None:
    assert trn("{n:,} row", "{n:,} rows", 12345) == "12,345 rows"
    assert tr("{loss:.3f}", loss=0.5) == "0.500"


def test_what_is_kept_is_said_again_in_the_language_in_use(german: None) -> None:
    made = kept("Delete {what}", what=kept("the target"))
    assert made == "das Ziel löschen"
    language.use()
    assert again(made) == "Delete the target"
    assert again("Delete it") == "Delete it"


def test_a_name_is_said_again_as_it_is_though_it_be_the_english_of_a_text(german: None) -> None:
    assert again(kept("Delete {what}", what="the target")) == "the target löschen"


def test_what_is_put_together_is_said_again_whole(german: None) -> None:
    made = kept_joined([kept("the target"), "a"], " and ")
    assert made == "das Ziel und a"
    language.use()
    assert again(made) == "the target and a"


def test_another_language_forgets_the_sentences_of_the_one_before() -> None:
    @remembered(8)
    def said(name: str) -> str:
        return tr("{name} feeds {other}.", name=name, other="L")

    assert said("a") == "a feeds L."
    language.use(GERMAN)
    assert said("a") == "L wird von a gespeist."
    language.use()
    assert said("a") == "a feeds L."


def test_an_empty_text_has_no_translation() -> None:
    language.use({"": "Content-Type: text/plain"})
    try:
        assert tr("") == again("") == ""
    finally:
        language.use()


def test_a_sentence_within_another_begins_small_in_english_alone(german: None) -> None:
    assert within("Das Ziel fehlt") == "Das Ziel fehlt"
    language.use()
    assert within("The target is missing") == "the target is missing"


def test_what_programs_read_is_english(german: None) -> None:
    with language.in_english():
        assert tr("Zero grad") == "Zero grad"
        assert again(kept("Delete {what}", what="a")) == "Delete a"
    assert tr("Zero grad") == "Grad auf 0"


def test_quotation_marks_and_colons_are_those_of_the_language() -> None:
    assert language.in_quotes("a") == "“a”"
    assert language.with_colon("a", "b") == "a: b"
    language.use({"“{text}”": "« {text} »", "{what}: {said}": "{what} : {said}"})
    try:
        assert language.in_quotes("a") == "« a »"
        assert language.with_colon("a", "b") == "a : b"
    finally:
        language.use()
