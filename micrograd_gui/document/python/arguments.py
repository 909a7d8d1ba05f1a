"""Arguments: the names that a call gives to a function of a cell, and what is wrong with them."""

from __future__ import annotations

from typing import Any

from micrograd.language import tr
from micrograd_gui.document.python.limits import Meter, Wrong
from micrograd_gui.document.python.objects import Function
from micrograd_gui.document.python.traced import named
from micrograd_gui.document.text import spoken, wrong_count


def too_many(name: str, wanted: int, given: int) -> Wrong:
    """A call gives more than what is called has names for."""
    return Wrong(wrong_count(spoken(name), wanted, given), TypeError)


def unknown(name: str, operand: str) -> Wrong:
    """A call gives an operand of a name that is not known there."""
    return Wrong(tr("{name} knows no {operand}=", name=spoken(name), operand=spoken(operand)), TypeError)


def missing(name: str, operand: str) -> Wrong:
    """A call lacks that operand."""
    return Wrong(
        tr("{name} is not given its {operand}", name=spoken(name), operand=spoken(operand)), TypeError
    )


def names_given(meter: Meter, called: Function, args: list[Any], words: dict[str, Any]) -> dict[str, Any]:
    """The names that a call gives; raises Wrong."""
    form, (defaults, by_name) = called.args, called.defaults
    parameters = [each.arg for each in (*form.posonlyargs, *form.args)]
    names = dict(zip(parameters, args, strict=False))
    if len(args) > len(parameters) and form.vararg is None:
        raise too_many(called.name, len(parameters), len(args))
    if form.vararg is not None:
        names[form.vararg.arg] = tuple(args[len(parameters) :])
    known_words = {each.arg for each in (*form.args, *form.kwonlyargs)}
    rest: dict[str, Any] = {}
    for word, thing in words.items():
        if word in names and word in known_words:
            raise Wrong(
                tr("{name} is given {operand} twice", name=spoken(called.name), operand=spoken(word)),
                TypeError,
            )
        if word not in known_words and form.kwarg is None:
            raise unknown(called.name, word)
        (names if word in known_words else rest)[word] = thing
    if form.kwarg is not None:
        names[form.kwarg.arg] = rest
    given_late = dict(zip(reversed(parameters), reversed(defaults), strict=False))
    for name in (*parameters, *(each.arg for each in form.kwonlyargs)):
        if name not in names:
            if name in given_late:
                names[name] = given_late[name]
            elif name in by_name:
                names[name] = by_name[name]
            else:
                raise missing(called.name, name)
    meter.hold(len(names))
    return {name: named(thing, name) for name, thing in names.items()}
