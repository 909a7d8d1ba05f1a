"""Lessons on the disk: those that come with the program, and those that a teacher has written."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import NamedTuple

from micrograd.language import tr
from micrograd_gui.document.errors import FileRefusal, Net, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.files import documents
from micrograd_gui.files.atomic import quoted_name, read_whole
from micrograd_gui.resource import resource
from micrograd_gui.session.lessons.lesson import Lesson, LessonText
from micrograd_gui.session.lessons.reading import SUFFIX, lesson_text


class LessonEntry(NamedTuple):
    """One of the lessons that come with the program, as a list shows it."""

    name: str
    title: str
    sentence: str
    steps: int


def lesson_names() -> tuple[str, ...]:
    """What the lessons that come with the program are called, in their order: of `resources/lessons/`."""
    return tuple(_paths())


@cache
def _paths() -> dict[str, Path]:
    """``01-slope.toml`` is the lesson “slope”."""
    found = sorted(resource("lessons").glob(f"*{SUFFIX}"))
    return {path.stem.partition("-")[2] or path.stem: path for path in found}


@cache
def lessons() -> tuple[LessonEntry, ...]:
    """All that come with the program, in the order of the lecture."""
    return tuple(
        LessonEntry(name, text.title, text.sentence, len(text.steps))
        for name, path in _paths().items()
        for text in (lesson_text(path.read_bytes(), quoted_name(path)),)
    )


@Net("open")
def open_lesson(name: str | Path) -> Lesson:
    """The lesson of that name, or of a file. Raises Refusal, and FileRefusal that names file and field."""
    known = _paths()
    if str(name) in known:
        return _lesson(str(name), known[str(name)])
    if isinstance(name, str):
        name = documents.as_path(name)
    path = Path(name)
    bare = isinstance(name, str) and not path.suffix and os.sep not in name
    if bare and "\0" not in str(name) and not path.exists():
        names = ", ".join(known)
        raise Refusal(
            tr(
                "{name} is neither a lesson nor a file; the lessons are {names}.",
                name=quoted_name(path),
                names=names,
            )
        )
    return _lesson(str(path.absolute()), path)  # its progress is its own, whatever else is called so


def _lesson(name: str, path: Path) -> Lesson:
    text = lesson_text(read_whole(path), quoted_name(path))
    graph = _opening(text, path)
    whole = arranged(graph)
    return Lesson(name, text, whole, places_wanted=whole is not graph)


def _opening(text: LessonText, path: Path) -> Graph:
    """The graph that the lesson opens with: an expression, an example, or a file beside the lesson."""
    if not text.opens.strip():
        return Graph()
    try:
        if text.opens.endswith(documents.SUFFIXES):
            return documents.read(path.parent / text.opens)
        if text.opens in documents.example_names():
            return documents.load_example(text.opens)
        from micrograd_gui.document.notation.reader import graph_from_expression

        return graph_from_expression(text.opens)
    except Refusal as refusal:
        raise FileRefusal(
            tr("{file} is no whole lesson at opens: {sentence}", file=quoted_name(path), sentence=refusal)
        ) from None
