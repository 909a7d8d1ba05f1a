"""Checking a lesson: it is played from its begin to its end without a window, and what is wrong is named."""

from __future__ import annotations

from typing import NamedTuple

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import spoken
from micrograd_gui.session.lessons import goals
from micrograd_gui.session.lessons.doings import play
from micrograd_gui.session.lessons.following import Lessons
from micrograd_gui.session.lessons.lesson import HINT_AFTER, Lesson, LessonStep, NudgedGoal
from micrograd_gui.session.session import Session


class Fault(NamedTuple):
    """What is wrong with a lesson: in which field of its file, and a sentence."""

    field: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.field}: {self.sentence}"


def faults(lesson: Lesson) -> list[Fault]:
    """All that playing the lesson finds; it stops at the first step that cannot be got past.

    Each goal must be unmet when its step begins, and met when its answer has been played, and not before
    the last action of it.
    """
    session = Session()
    room = session.room(Lessons)
    found: list[Fault] = []
    try:
        room.begin(lesson)
    except Refusal as refusal:
        return [Fault("opens", str(refusal))]
    for number, step in enumerate(lesson.steps):
        place = f"steps[{number}]"
        here = session.state.lesson
        assert here is not None
        if here.already:
            sentence = tr("it is met before anything is done ({conditions})", conditions=_conditions(step))
            found.append(Fault(f"{place}.goal", sentence))
        if not step.hint:
            found.append(
                Fault(
                    f"{place}.hint",
                    tr("it is shown after {n} wrong try, and is missing", n=HINT_AFTER),
                )
            )
        fault = _played(session, step, place)
        if fault is not None:
            return [*found, fault]
        if not here.already:
            found += _early(session, lesson, number)
        room.go_on()
    return found


def _played(session: Session, step: LessonStep, place: str) -> Fault | None:
    """Play the answer; what is wrong where it cannot be played, or does not lead to the goal."""
    room = session.room(Lessons)
    for at, line in enumerate(step.answer):
        try:
            play(session, line, room.enter)
        except Refusal as refusal:
            return Fault(
                f"{place}.answer[{at}]",
                tr("“{line}” is refused: {refusal}", line=spoken(line), refusal=refusal),
            )
    here = session.state.lesson
    if here is None or not here.reached:
        return Fault(f"{place}.goal", tr("the answer does not reach it: {unmet}", unmet=unmet(session, step)))
    return None


def _early(session: Session, lesson: Lesson, number: int) -> list[Fault]:
    """Whether the last action of an answer is needed at all."""
    step = lesson.steps[number]
    if len(step.answer) < 2:
        return []
    short = Session()
    room = short.room(Lessons)
    room.begin(lesson, number)
    for line in step.answer[:-1]:
        play(short, line, room.enter)
    if short.state.lesson is not None and short.state.lesson.reached:
        last = len(step.answer) - 1
        return [Fault(f"steps[{number}].answer[{last}]", tr("the goal is met before this action"))]
    return []


def unmet(session: Session, step: LessonStep) -> str:
    """The conditions that do not hold, with what is there instead where that can be told."""
    state = session.state
    missing = []
    for name, wanted in step.goal.conditions.items():
        if goals.CONDITIONS[name].holds(state, wanted):
            continue
        there = ""
        if name in ("data", "grad") and isinstance(wanted, dict):
            numbers = state.frame.data if name == "data" else state.frame.grad
            told = {node: numbers.get(goals.node_named(state, node) or 0) for node in wanted}
            there = tr("but it is {found}", found=told)
        elif name == "moment":
            there = tr("but it is “{found}”", found=goals.moment_of(state))
        elif name == "nudged" and state.nudge is not None:
            there = tr("but the slope is {slope:.6g}", slope=state.nudge.numeric)
        elif name == "loss" and state.training is not None:
            there = tr("but it is {loss:.4g}", loss=state.training.loss)
        missing.append(", ".join(filter(None, (f"{name} {_wanted(wanted)}", there))))
    return "; ".join(missing)


def _conditions(step: LessonStep) -> str:
    return "; ".join(f"{name} {_wanted(wanted)}" for name, wanted in step.goal.conditions.items())


def _wanted(wanted: object) -> str:
    """A condition's value as a sentence tells it."""
    if isinstance(wanted, NudgedGoal):
        return (
            wanted.node
            if wanted.slope is None
            else tr("{node} with slope {slope}", node=wanted.node, slope=wanted.slope)
        )
    if isinstance(wanted, dict):
        return ", ".join(f"{key} = {value}" for key, value in wanted.items())
    return tr(" or ").join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
