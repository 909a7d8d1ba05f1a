"""What the packages offer says what it is: its words, its signature, and the types of what it takes."""

import inspect
import pydoc
from typing import get_type_hints

import micrograd
import micrograd.losses
import micrograd.nn
import micrograd.optim
import micrograd_gui as mg


def offered() -> dict[str, object]:
    """What the packages offer that can be called, and the methods of what is a class."""
    found: dict[str, object] = {}
    for package in (micrograd, mg, micrograd.engine, micrograd.nn, micrograd.optim, micrograd.losses):
        for name in dir(package):
            made = getattr(package, name)
            home = getattr(made, "__module__", None) or ""
            if not name.startswith("_") and callable(made) and home.startswith("micrograd"):
                found[name] = made
                for part, method in vars(made).items() if inspect.isclass(made) else ():
                    method = getattr(method, "fget", getattr(method, "func", method))
                    if inspect.isfunction(method) and (not part.startswith("_") or part == "__init__"):
                        found[f"{name}.{part}"] = method
    return found


def unknown_type(offer: object) -> str:
    """The type that cannot be told of it; empty where all can."""
    try:
        get_type_hints(offer)
    except NameError as unknown:
        return unknown.name
    return ""


def test_all_that_is_offered_can_be_asked_for_its_words_its_signature_and_its_types() -> None:
    table = offered()
    assert {"Graph", "train", "Value.relu", "mse", "MLP"} <= table.keys()
    for name, each in table.items():
        assert "." in name or pydoc.render_doc(
            each, renderer=pydoc.plaintext
        )  # that of a class tells its methods
        assert inspect.signature(each)  # type: ignore[arg-type]  # all of them can be called
    assert {name: unknown for name, each in table.items() if (unknown := unknown_type(each))} == {}
