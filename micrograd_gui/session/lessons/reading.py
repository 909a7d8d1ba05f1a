"""Reading a lesson: the text of its file checked, so that what is wrong is named by file and field."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from micrograd.language import tr
from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.text import one_line, spoken
from micrograd_gui.session.lessons.doings import read_doing
from micrograd_gui.session.lessons.lesson import Goal, LessonText, Number, near

FORMAT = "micrograd-lesson"
VERSION = 1
SUFFIX = ".toml"
STEPS_AT_MOST = 200


def schema() -> dict[str, Any]:
    """The JSON Schema of a lesson's file, which TOML files are checked by, too."""
    return codec.schema(LessonText)


def lesson_text(content: bytes, name: str) -> LessonText:
    """What the file says; raises FileRefusal with a sentence that names file and field."""
    try:
        raw: Mapping[str, Any] = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeError, RecursionError) as error:
        raise FileRefusal(
            tr("{name} is not a lesson: {rstrip}.", name=name, rstrip=one_line(str(error), 160).rstrip("."))
        ) from None
    if raw.get("format") != FORMAT:
        raise FileRefusal(
            tr("{name} is not a lesson: its field “format” is not “{FORMAT}”.", name=name, FORMAT=FORMAT)
        )
    version = raw.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise FileRefusal(
            tr(
                "{name} was made for a newer micrograd-gui: its field “version” is "
                "{value}, and this program reads up to {VERSION}.",
                name=name,
                value=version if version < 10**9 else "huge",
                VERSION=VERSION,
            )
        )
    try:
        text = msgspec.convert(raw, LessonText)
    except (msgspec.ValidationError, RecursionError) as error:
        raise FileRefusal(
            tr("{name} is no whole lesson: {in_words}.", name=name, in_words=_in_words(str(error)))
        ) from None
    _check(text, name)
    return text


def _in_words(message: str) -> str:
    """msgspec's sentence, with the field as the file has it: ``steps[0].goal``."""
    what, _, where = message.partition(" - at `$")
    field = where.rstrip("`").lstrip(".")
    what = one_line(what, 160).replace("`", "“", 1).replace("`", "”", 1)
    return f"{field}: {what[:1].lower()}{what[1:]}" if field else what[:1].lower() + what[1:]


def _check(text: LessonText, name: str) -> None:
    """What the types do not say. Raises FileRefusal."""

    def refuse(field: str, sentence: str) -> FileRefusal:
        return FileRefusal(
            tr(
                "{name} is no whole lesson at {field}: {rstrip}.",
                name=name,
                field=field,
                rstrip=sentence.rstrip("."),
            )
        )

    if not text.title.strip():
        raise refuse("title", tr("a lesson needs a title"))
    if not 1 <= len(text.steps) <= STEPS_AT_MOST:
        raise refuse(
            "steps",
            tr(
                "a lesson has 1 to {most} steps, not {n}",
                most=STEPS_AT_MOST,
                n=len(text.steps),
            ),
        )
    for number, step in enumerate(text.steps):
        place = f"steps[{number}]"
        if not step.text.strip():
            raise refuse(f"{place}.text", tr("it says nothing"))
        if not step.goal.conditions:
            raise refuse(f"{place}.goal", tr("it has no condition, so nobody could tell when it is reached"))
        for field, fault in _goal_faults(step.goal):
            raise refuse(f"{place}.goal.{field}", fault)
        if (step.goal.typed is None) != (not step.ask):
            what = (
                tr("it stands there, but nothing is typed")
                if step.ask
                else tr("what is typed needs a question")
            )
            raise refuse(f"{place}.ask", what)
        if not step.answer:
            raise refuse(f"{place}.answer", tr("there are no actions that reach the goal"))
        for at, line in enumerate(step.answer):
            try:
                read_doing(line)
            except Refusal as refusal:
                raise refuse(f"{place}.answer[{at}]", str(refusal)) from None


def _goal_faults(goal: Goal) -> list[tuple[str, str]]:
    """The conditions that could never be judged, each with what is wrong."""
    from micrograd_gui.document.notation.reader import graph_from_expression

    faults = []
    numbers: list[tuple[str, Number]] = []
    for field in ("data", "grad", "value"):
        numbers += [(f"{field}.{spoken(node)}", each) for node, each in (getattr(goal, field) or {}).items()]
    if goal.nudged is not None and goal.nudged.slope is not None:
        numbers.append(("nudged.slope", goal.nudged.slope))
    if goal.typed is not None and not isinstance(goal.typed, list):
        numbers.append(("typed", goal.typed))
    if goal.loss is not None:
        numbers.append(("loss", goal.loss))
    for field, number in numbers:
        try:
            near(number)
        except Refusal as refusal:
            faults.append((field, str(refusal)))
    if goal.expression is not None:
        try:
            graph_from_expression(goal.expression)
        except Refusal as refusal:
            faults.append(("expression", str(refusal)))
    empty = [name for name, wanted in goal.conditions.items() if wanted in ("", {}, [])]
    return faults + [(name, tr("it is empty")) for name in empty]
