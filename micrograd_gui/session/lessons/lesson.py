"""A lesson as its file says it: text, an opening graph, steps with goals; and where a learner is in it."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

import msgspec

from micrograd.language import tr
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import read_number

HINT_AFTER, ANSWER_AFTER = 1, 3  # wrong tries
NEAR = 0.0005  # how far from a number without a tolerance one may be, or that share of it
Pane = Literal[
    "palette", "step_card", "rendered_graph", "plot", "gradients", "training", "data", "moments", "timeline"
]
MomentName = Literal[
    "not run", "running forward", "forward done", "running backward", "backward done", "gradients zero",
    "updated", "stopped",
]  # fmt: skip
BugName = Literal[
    "assign", "no_zero", "only_leaves", "no_order", "tanh_input", "exp_input", "set", "minus", "early_update"
]  # fmt: skip
Number = float | str  # a number, or one with how far from it is near enough


class NudgedGoal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which node has been nudged, and the slope that was found."""

    node: str
    slope: Number | None = None


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Conditions on the State, all of which must hold; `goals.CONDITIONS` says what each of them means."""

    selected: str | None = None
    moment: MomentName | None = None
    acted: str | None = None
    data: dict[str, Number] | None = None
    grad: dict[str, Number] | None = None
    value: dict[str, Number] | None = None
    nudged: NudgedGoal | None = None
    checked: Literal["all agree"] | None = None
    typed: Number | list[str] | None = None
    loss: Number | None = None
    trained: int | None = None
    expression: str | None = None
    ops: dict[str, int] | None = None
    nodes: list[str] | None = None
    target: str | None = None
    parameters: list[str] | None = None
    order: Literal["shown"] | None = None
    row: str | None = None
    paths: Literal["shown"] | None = None
    predicted: int | None = None
    bug: BugName | None = None
    differs: Literal["seen"] | None = None

    @property
    def conditions(self) -> dict[str, Any]:
        """What it asks for, by the names of the conditions."""
        named = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: wanted for name, wanted in named if wanted is not None}


class LessonStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to do: what is said of it, when it is done, a hint, and actions that do it.

    ``ask`` stands before the field for what is typed; ``done`` is said when the goal is reached.
    """

    text: str
    goal: Goal
    answer: list[str]
    hint: str = ""
    done: str = ""
    ask: str = ""


class LessonText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole file of a lesson.

    ``opens`` is an expression, the name of an example, or a file beside the lesson; empty: an empty graph.
    ``hide`` are panes that are not seen while the lesson goes on, and where it is to ``lock`` the graph,
    edits are refused. ``h`` and ``sides`` are those of a nudge.
    """

    format: Literal["micrograd-lesson"]
    title: str
    steps: list[LessonStep]
    version: Literal[1] = 1
    sentence: str = ""
    opens: str = ""
    hide: list[Pane] = []
    lock: bool = False
    h: float | None = None
    sides: Literal["one", "both"] | None = None
    end: str = ""


class Lesson(NamedTuple):
    """A lesson that can be begun: its name, what its file says, and the graph that it opens with.

    ``places_wanted`` says that the graph came without places.
    """

    name: str
    text: LessonText
    graph: Graph
    places_wanted: bool = False

    @property
    def steps(self) -> list[LessonStep]:
        """What is to be done, in order."""
        return self.text.steps


class Following(NamedTuple):
    """Where a learner is in a lesson: the facts of a State.

    ``at`` counts from 0; after the last step the lesson is over. ``tries`` are the wrong ones at this step,
    and ``moves`` those that were neither right nor wrong since. ``typed`` is the answer that was given last.
    ``reached``: the goal has been met, once; ``already``: before anything was done; ``shown``: by the answer
    being played. ``furthest`` is the last step that one has got to.
    """

    lesson: Lesson
    at: int = 0
    tries: int = 0
    moves: int = 0
    typed: str = ""
    reached: bool = False
    already: bool = False
    shown: bool = False
    furthest: int = 0

    @property
    def step(self) -> LessonStep | None:
        """What is to be done; None: the lesson is over."""
        return self.lesson.steps[self.at] if self.at < len(self.lesson.steps) else None

    @property
    def over(self) -> bool:
        """Whether all steps are done."""
        return self.at >= len(self.lesson.steps)

    @property
    def hint(self) -> str:
        """The hint, where it is time for it."""
        return self.step.hint if self.step and self.tries >= HINT_AFTER and not self.reached else ""

    @property
    def answer_offered(self) -> bool:
        """Whether it is time to show how it is done."""
        return self.step is not None and self.tries >= ANSWER_AFTER and not self.reached


class NearEnough(NamedTuple):
    """The numbers that are near enough to one that is asked for."""

    low: float
    high: float

    def holds(self, number: float | None) -> bool:
        """Whether the number is one of them; one that is not there is none."""
        return number is not None and self.low <= number <= self.high


_FAR = float("inf")
_NEAR = re.compile(r"(.+?)\s*(?:±|\+/?-)\s*(.+?)\s*(%?)")
_BOUND = re.compile(r"([<>])\s*(.+)")


def near(number: Number) -> NearEnough:
    """``14``, ``"14 ± 1%"``, ``"14 ± 0.1"``, ``"< 0.1"``, ``"> 2"``; raises Refusal for anything else."""
    if isinstance(number, str):
        if bound := _BOUND.fullmatch(number.strip()):
            end = read_number(bound[2], tr("the bound"))
            return NearEnough(-_FAR, end) if bound[1] == "<" else NearEnough(end, _FAR)
        if given := _NEAR.fullmatch(number.strip()):
            middle, far = (
                read_number(given[1], tr("the number")),
                read_number(given[2], tr("what is near enough")),
            )
            far = abs(far * middle / 100 if given[3] else far)
            return NearEnough(middle - far, middle + far)
        number = read_number(number, tr("the number"))
    far = NEAR * max(1.0, abs(number))
    return NearEnough(number - far, number + far)
