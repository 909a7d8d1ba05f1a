"""Arguments: the names that a call gives to a function of a cell."""

from __future__ import annotations

from typing import Any

from micrograd.language import tr
from micrograd_gui.document.python.limits import Meter, Wrong
from micrograd_gui.document.python.objects import Function
from micrograd_gui.document.python.traced import named
from micrograd_gui.document.text import spoken


def names_given(meter: Meter, called: Function, args: list[Any], words: dict[str, Any]) -> dict[str, Any]:
    """The names that a call gives; raises Wrong."""
    form, (defaults, by_name) = called.args, called.defaults
    parameters = [each.arg for each in (*form.posonlyargs, *form.args)]
    names = dict(zip(parameters, args, strict=False))
    if len(args) > len(parameters) and form.vararg is None:
        raise Wrong(
            tr(
                "{name} takes {wanted} operands, not {given}",
                name=spoken(called.name),
                wanted=len(parameters),
                given=len(args),
            ),
            TypeError,
        )
    if form.vararg is not None:
        names[form.vararg.arg] = tuple(args[len(parameters) :])
    known_words = {*parameters, *(each.arg for each in form.kwonlyargs)}
    rest: dict[str, Any] = {}
    for word, thing in words.items():
        if word in names:
            raise Wrong(
                tr("{name} is given {operand} twice", name=spoken(called.name), operand=spoken(word)),
                TypeError,
            )
        if word not in known_words and form.kwarg is None:
            raise Wrong(
                tr("{name} knows no {operand}=", name=spoken(called.name), operand=spoken(word)), TypeError
            )
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
                raise Wrong(
                    tr("{name} is not given its {operand}", name=spoken(called.name), operand=spoken(name)),
                    TypeError,
                )
    meter.hold(len(names))
    return {name: named(thing, name) for name, thing in names.items()}
