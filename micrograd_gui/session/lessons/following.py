"""Following a lesson: the verbs of whoever learns, and what every change of the State means for the step."""

from __future__ import annotations

from msgspec.structs import replace

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Node
from micrograd_gui.session import measure, transitions
from micrograd_gui.session.lessons import goals
from micrograd_gui.session.lessons.doings import play, read_doing
from micrograd_gui.session.lessons.lesson import Following, Lesson
from micrograd_gui.session.room import Room
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State

PATIENCE = 2  # times the actions of the answer: so many moves that lead nowhere are one wrong try
PATIENT_AT_LEAST = 4


class Lessons(Room):
    """A lesson is begun, its steps are done, it is left. All facts are the State's ``lesson``.

    What counts as a wrong try: an answer that is typed, a node that is selected or nudged, and an edit, each
    where the goal asks for just that; and of all other moves, twice as many as the answer has actions, but at
    least four. A change that brings the goal nearer is none, and a whole drag is one move.
    """

    def begin(self, lesson: Lesson, at: int = 0, furthest: int = 0) -> None:
        """Open the lesson's graph, and stand at that step, with what the steps before it have done.

        Raises Refusal where their answers do not lead there any more.
        """
        at = min(max(at, 0), len(lesson.steps))
        state = replace(prepared(self.state, lesson, at), lesson=None)
        self.session.take(self._standing(state, Following(lesson, at, furthest=max(at, furthest))))

    def enter(self, typed: str) -> None:
        """The answer to the step's question. Raises Refusal where nothing is asked, or nothing typed."""
        here = self._here()
        if here.step is None or here.step.goal.typed is None:
            raise Refusal(tr("This step of the lesson asks for nothing that is typed."))
        if not typed.strip():
            raise Refusal(tr("Type an answer first."))
        if here.reached:
            return
        after = replace(self.state, lesson=here._replace(typed=typed.strip()))
        if goals.reached(after, here.step.goal):
            self._take(after, here._replace(typed=typed.strip(), reached=True))
        elif goals.typed_fits(typed, here.step.goal.typed):
            self._take(after, here._replace(typed=typed.strip()))
        else:
            self._take(after, here._replace(typed=typed.strip(), tries=here.tries + 1, moves=0))

    def go_on(self) -> None:
        """To the next step. Raises Refusal as long as this one's goal is not reached."""
        here = self._here()
        if here.over:
            return
        if not here.reached and here.at >= here.furthest:
            raise Refusal(tr("The step is not done yet."))
        if not here.reached:
            self.begin(here.lesson, here.at + 1, here.furthest)
            return
        following = Following(here.lesson, here.at + 1, furthest=max(here.furthest, here.at + 1))
        self.session.take(self._standing(self.state, following))

    def go_back(self) -> None:
        """To the step before, with the graph as it was there; at the first, that one again."""
        here = self._here()
        self.begin(here.lesson, here.at - 1, here.furthest)

    def show_answer(self) -> None:
        """Do what the step asks for, as its answer says; Refusal where it has not been offered yet."""
        here = self._here()
        if here.step is None or not here.answer_offered:
            raise Refusal(tr("Try it first: the answer comes after three tries."))
        session = self.session
        assert isinstance(session, Session)
        for line in here.step.answer:
            play(session, line, self.enter)
        now = self.state.lesson
        if now is not None and now.lesson is here.lesson and now.at == here.at:
            self._take(self.state, now._replace(shown=True))

    def leave(self) -> None:
        """The lesson goes; the graph stays, and is the learner's."""
        if self.state.lesson is not None:
            self.session.take(replace(self.state, lesson=None))

    def follow(self, old: State, new: State) -> State:
        """What a change means for the step. Raises Refusal for an edit where the lesson locks the graph."""
        here = new.lesson
        if here is None or here is not old.lesson:
            return new
        if here.lesson.text.lock and edited(old, new):
            title = tr(here.lesson.text.title)
            raise Refusal(tr("The lesson “{title}” keeps the graph as it is; leave it to edit.", title=title))
        if here.step is None or here.reached:
            return new
        goal = here.step.goal
        if goals.reached(new, goal):
            return replace(new, lesson=here._replace(reached=True))
        if not goals.moved(old, new) or goals.met(new, goal) > goals.met(old, goal):
            return new
        moves = here.moves + 1
        if goals.tried(old, new, goal) or moves >= patience(here):
            return replace(new, lesson=here._replace(tries=here.tries + 1, moves=0))
        return replace(new, lesson=here._replace(moves=moves))

    def _here(self) -> Following:
        if self.state.lesson is None:
            raise Refusal(tr("No lesson is open: choose one first."))
        return self.state.lesson

    def _take(self, state: State, following: Following) -> None:
        self.session.take(replace(state, lesson=following))

    def _standing(self, state: State, following: Following) -> State:
        """The State at the begin of a step, whose goal may be met already."""
        there = replace(state, lesson=following)
        if following.step is not None and goals.reached(there, following.step.goal):
            return replace(there, lesson=following._replace(reached=True, already=True))
        return there


def patience(here: Following) -> int:
    """How many moves that lead nowhere make a wrong try at this step."""
    needed = sum(read_doing(line).times for line in here.step.answer) if here.step else 0
    return max(PATIENT_AT_LEAST, PATIENCE * needed)


def edited(old: State, new: State) -> bool:
    """Whether the learner has changed the graph: not where its nodes stand, nor by training it."""
    if new.history is old.history or not new.same_document(old) or new.training is not old.training:
        return False
    before, after = old.graph, new.graph
    return (
        not after.same_numbers(before)
        or after.target != before.target
        or after.blocks is not before.blocks
        or after.data is not before.data
        or any((each.label, each.role) != _said(after.nodes[each.id]) for each in before)
    )


def _said(node: Node) -> tuple[str, str]:
    return node.label, node.role


def prepared(state: State, lesson: Lesson, at: int) -> State:
    """The State in which that step begins, from that of the window: what comes before it has been played."""
    opened = transitions.opened(state, lesson.graph, None, tr(lesson.text.title))
    session = Session()
    session.take(with_measures(opened, lesson))
    for step in lesson.steps[:at]:
        for line in step.answer:
            play(session, line, lambda _typed: None)
    return replace(session.state, saved=session.state.graph, path=None)


def with_measures(state: State, lesson: Lesson) -> State:
    """With the h of the lesson, and the sides of its nudges, where it has some."""
    h, sides = lesson.text.h, lesson.text.sides
    if h is not None:
        state = replace(state, h=measure.checked_h(h))
    return state if sides is None else replace(state, sides="forward" if sides == "one" else "central")
