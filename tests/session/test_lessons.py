"""Lessons without a window: what their files may say, goals, wrong tries, and the check that plays them."""

from pathlib import Path
from typing import get_args

import pytest

from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.files.lessons import lesson_names, open_lesson
from micrograd_gui.resource import resource
from micrograd_gui.session.bugs.table import BUGS
from micrograd_gui.session.lessons import goals
from micrograd_gui.session.lessons.checking import faults
from micrograd_gui.session.lessons.doings import DOINGS, play, read_doing
from micrograd_gui.session.lessons.following import Lessons, patience
from micrograd_gui.session.lessons.lesson import BugName, Goal, near
from micrograd_gui.session.lessons.reading import lesson_text
from micrograd_gui.session.session import Session

DOCS = Path(__file__).parents[2] / "docs" / "lessons.md"
OPENS = "a = 2; b = -3; d = a*b"
HEAD = f'format = "micrograd-lesson"\ntitle = "T"\nopens = "{OPENS}"\n'


def step(goal: str, *answer: str, more: str = 'hint = "So."') -> str:
    lines = ", ".join(f'"{line}"' for line in answer)
    return f'[[steps]]\ntext = "Do."\ngoal = {{ {goal} }}\nanswer = [{lines}]\n{more}\n'


@pytest.fixture
def lesson(tmp_path):
    """A lesson of a file with these steps."""

    def written(*steps: str, head: str = HEAD):
        path = tmp_path / "mine.toml"
        path.write_text(head + "\n".join(steps), "utf-8")
        return open_lesson(path)

    return written


@pytest.fixture
def begun(lesson):
    """A Session in which such a lesson has begun, and its room."""

    def begin(*steps: str, head: str = HEAD):
        session = Session()
        room = session.room(Lessons)
        room.begin(lesson(*steps, head=head))
        return session, room

    return begin


def test_each_lesson_can_be_done_and_asks_for_something_each_time() -> None:
    assert len(lesson_names()) == len([*resource("lessons").glob("*.toml")]) >= 10
    assert [str(fault) for name in lesson_names() for fault in faults(open_lesson(name))] == []


def test_the_lessons_have_the_numbers_of_the_lecture() -> None:
    asked = {
        name: [each.goal.typed for each in open_lesson(name).steps if each.goal.typed is not None]
        for name in lesson_names()
    }
    assert asked["three-slopes"] == [-3, 2]
    assert asked["chain-rule"] == [-2, -2, 6]
    assert asked["accumulation"] == [-3, 2]
    assert asked["mlp"] == [41]


# Goals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        (14, (14, 14.004), (14.1, 13.9, None)),
        ("14 ± 1%", (13.9, 14.1), (14.2,)),
        ("14 +- 0.5", (13.5, 14.5), (14.6,)),
        ("-3 ± 10%", (-3.3, -2.7), (-3.4, 3.0)),
        ("< 0.1", (0.1, -5), (0.11, None)),
        ("> 2", (2.5, 1e9), (1.9,)),
        ("2/3", (0.6667,), (0.67,)),
        (0, (0.0, 0.0004), (0.001,)),
    ],
)
def test_near_enough_is_what_the_file_says(wanted, inside, outside) -> None:
    assert [near(wanted).holds(each) for each in inside] == [True] * len(inside)
    assert [near(wanted).holds(each) for each in outside] == [False] * len(outside)


@pytest.mark.parametrize(
    ("goal", "lines"),
    [
        ('selected = "a"', ["select a"]),
        ('moment = "forward done"', ["forward"]),
        ('moment = "running backward"', ["backward step"]),
        ('moment = "backward done"', ["backward"]),
        ('moment = "gradients zero"', ["forward", "zero grad"]),
        ('moment = "updated"', ["parameter a", "update"]),
        ('acted = "d"', ["forward"]),
        ("data = { d = -6 }", ["forward"]),
        ("grad = { a = -3, b = 2 }", ["backward"]),
        ("value = { a = 5 }", ["set a = 5"]),
        ('nudged = { node = "a" }', ["nudge a"]),
        ('nudged = { node = "a", slope = -3 }', ["nudge a"]),
        ('checked = "all agree"', ["check"]),
        ('expression = "x + tanh(y)"', ["build q = tanh(y) + x"]),
        ("ops = { tanh = 1 }", ["build tanh(y)"]),
        ('nodes = ["q"]', ["rename a to q"]),
        ('target = "a"', ["target a"]),
        ('parameters = ["a", "b"]', ["parameter a", "parameter b"]),
        ('order = "shown"', ["order"]),
        ('row = "d"', ["backward", "select a", "row d"]),
        ('paths = "shown"', ["select a", "paths"]),
        ("predicted = 1", ["predict -6"]),
        ('bug = "assign"', ["bug assign"]),
        ('differs = "seen"', ["build q = a*a + a", "bug assign", "difference"]),
    ],
)
def test_a_condition_holds_when_that_has_been_done_and_not_before(begun, goal, lines) -> None:
    session, room = begun(step(goal, *lines))
    assert not session.state.lesson.reached
    for line in lines:
        assert not session.state.lesson.reached
        play(session, line, room.enter)
    assert session.state.lesson.reached


def test_a_lesson_may_ask_for_every_bug_of_the_lab_and_for_no_other() -> None:
    assert get_args(BugName) == tuple(bug.name for bug in BUGS)


@pytest.mark.parametrize(
    ("goal", "line"), [('row = "d"', "row c"), ('bug = "assign"', "bug set"), ("predicted = 1", "predict 5")]
)
def test_another_row_another_bug_and_a_wrong_prediction_are_wrong_tries(begun, goal, line) -> None:
    session, room = begun(step(goal, "forward"))
    session.build("c = a + b; L = c*d")
    session.backward()
    session.select([session.state.graph.named("a")])
    if line.startswith("predict"):
        session.first()
    before = session.state.lesson.tries
    play(session, line, room.enter)
    assert session.state.lesson.tries == before + 1


def test_every_condition_and_every_action_stands_in_the_docs_with_its_sentence() -> None:
    page = DOCS.read_text("utf-8")
    assert set(Goal.__struct_fields__) == set(goals.CONDITIONS)
    missing = [row.name for row in goals.CONDITIONS.values() if f"| `{row.name}` |" not in page]
    assert missing == []
    assert [row.name for row in goals.CONDITIONS.values() if row.sentence not in page] == []
    assert [row.form for row in DOINGS.values() if f"`{row.form}`" not in page] == []


def test_the_lesson_of_the_docs_can_be_done(tmp_path) -> None:
    example = DOCS.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "docs.toml"
    path.write_text(example, "utf-8")
    assert faults(open_lesson(path)) == []


# Wrong tries -------------------------------------------------------------------------------------


def test_what_is_typed_wrongly_counts_and_what_is_right_does_not(begun) -> None:
    session, room = begun(
        step("typed = 14", "type 14", more='ask = "?"'), step("typed = 1", "type 1", more='ask = "?"')
    )
    for wrong in ("15", "nonsense", "-14"):
        room.enter(wrong)
    assert (session.state.lesson.tries, session.state.lesson.reached) == (3, False)
    room.enter(" 14.0 ")
    assert session.state.lesson.reached
    room.go_on()
    assert session.state.lesson.tries == 0


@pytest.mark.parametrize("word", ["Chain  Rule", "the chain rule"])
def test_words_are_compared_without_case_and_blanks(begun, word) -> None:
    session, room = begun(
        step('typed = ["chain rule", "the chain rule"]', "type chain rule", more='ask = "?"')
    )
    room.enter("rule")
    assert not session.state.lesson.reached
    room.enter(word)
    assert session.state.lesson.reached


def test_another_node_selected_or_nudged_or_another_edit_is_a_wrong_try(begun) -> None:
    session, _ = begun(step('selected = "a"', "select a"))
    session.select([session.state.graph.named("b")])
    assert session.state.lesson.tries == 1
    session, _ = begun(step('nudged = { node = "a" }', "nudge a"))
    session.nudge(session.state.graph.named("b"))
    assert session.state.lesson.tries == 1
    session, _ = begun(step('expression = "a + b"', "build a + b"))
    session.build("a - b")
    assert session.state.lesson.tries == 1


def test_steps_on_the_way_are_no_wrong_tries_and_many_that_lead_nowhere_are_one(begun) -> None:
    session, _ = begun(step("grad = { a = -3 }", "backward"))
    session.forward()
    session.backward_step()
    assert session.state.lesson.tries == 0
    for _ in range(patience(session.state.lesson)):
        session.previous()
        session.next()
    assert session.state.lesson.tries >= 1


def test_a_drag_is_one_move_and_no_wrong_try(begun) -> None:
    session, _ = begun(step("value = { a = 5 }", "set a = 5"))
    for tenth in range(21, 50):
        session.set_value(session.state.graph.named("a"), tenth / 10, "drag")
    assert session.state.lesson.tries == 0
    session.set_value(session.state.graph.named("a"), 5.0, "drag")
    assert session.state.lesson.reached


def test_a_goal_once_reached_stays_so(begun) -> None:
    session, _ = begun(step('moment = "forward done"', "forward"))
    session.forward()
    session.first()
    assert session.state.lesson.reached


def test_one_goes_on_when_the_step_is_done_and_answers_come_after_tries(begun) -> None:
    session, room = begun(step('moment = "forward done"', "forward"))
    with pytest.raises(Refusal, match="not done yet"):
        room.go_on()
    with pytest.raises(Refusal, match="Try it first"):
        room.show_answer()
    session.forward()
    room.go_on()
    assert session.state.lesson.over
    room.leave()
    assert session.state.lesson is None
    with pytest.raises(Refusal, match="No lesson"):
        room.go_on()


def test_another_document_ends_the_lesson(begun) -> None:
    session, _ = begun(step('moment = "forward done"', "forward"))
    session.new()
    assert session.state.lesson is None


def test_a_lesson_that_locks_refuses_edits_but_no_moves_and_no_places(begun) -> None:
    session, room = begun(step("grad = { a = -3 }", "backward"), head=HEAD + "lock = true\n")
    node, before = session.state.graph.named("a"), session.state.graph
    edits = [
        lambda: session.set_value(node, 9.0),
        lambda: session.delete([node]),
        lambda: session.rename(node, "q"),
        lambda: session.mark(node, "parameter"),
        lambda: session.set_target(node),
        lambda: session.build("a + b"),
        lambda: session.add_node("tanh"),
    ]
    for edit in edits:
        with pytest.raises(Refusal, match="keeps the graph as it is"):
            edit()
    assert session.state.graph is before
    session.move({node: (50.0, 60.0)})
    session.nudge(node)
    session.backward()
    assert session.state.lesson.reached
    room.leave()
    session.set_value(node, 9.0)
    assert session.state.graph.nodes[node].data == 9.0


# Files that are wrong ----------------------------------------------------------------------------

GOOD = step('moment = "forward done"', "forward")
BAD = {
    "no TOML": ("title = ", "is not a lesson"),
    "no text": (b"\xff\xfe", "is not a lesson"),
    "another format": ('format = "x"', "field “format”"),
    "a newer one": (HEAD + "version = 2\n" + GOOD, "newer"),
    "no title": ('format = "micrograd-lesson"\ntitle = " "\n' + GOOD, "at title"),
    "no step": (HEAD + "steps = []", "at steps"),
    "steps missing": (HEAD, "steps"),
    "a field nobody knows": (HEAD + 'colour = "red"\n' + GOOD, "colour"),
    "a pane nobody knows": (HEAD + 'hide = ["kitchen"]\n' + GOOD, "hide[0]"),
    "a condition nobody knows": (HEAD + step("happy = true", "forward"), "steps[0].goal"),
    "no condition": (HEAD + step("", "forward"), "steps[0].goal"),
    "an empty condition": (HEAD + step("data = {}", "forward"), "steps[0].goal.data"),
    "a moment nobody knows": (HEAD + step('moment = "later"', "forward"), "steps[0].goal.moment"),
    "no number": (HEAD + step('grad = { a = "six" }', "backward"), "steps[0].goal.grad.a"),
    "a tolerance that is none": (HEAD + step('grad = { a = "6 ± x" }', "backward"), "steps[0].goal.grad.a"),
    "an expression that is none": (HEAD + step('expression = "a*"', "forward"), "steps[0].goal.expression"),
    "an action nobody knows": (HEAD + step('moment = "forward done"', "jump"), "steps[0].answer[0]"),
    "no action": (HEAD + step('moment = "forward done"'), "steps[0].answer"),
    "a question missing": (HEAD + step("typed = 3", "type 3"), "steps[0].ask"),
    "a question too many": (HEAD + GOOD + 'ask = "?"\n', "steps[0].ask"),
    "an endless training": (HEAD + step("trained = 1", "train 9999"), "steps[0].answer[0]"),
    "an opening that is none": (HEAD.replace("a*b", "a*") + GOOD, "at opens"),
    "an opening file that is not there": (HEAD.replace(OPENS, "no.micrograd") + GOOD, "at opens"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_sentence_that_names_file_and_field(tmp_path, case) -> None:
    text, said = BAD[case]
    path = tmp_path / "bad.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileRefusal) as refused:
        open_lesson(path)
    assert said in str(refused.value)
    assert "bad.toml" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_deep_or_huge_file_is_refused(tmp_path) -> None:
    with pytest.raises(FileRefusal, match="bad"):
        lesson_text(b'format = "micrograd-lesson"\nx = ' + b"[" * 50_000, "“bad”")
    with pytest.raises(FileRefusal, match="1 to 200 steps"):
        lesson_text((HEAD + GOOD * 201).encode(), "“bad”")


# The check ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "field", "said"),
    [
        ([GOOD, GOOD], "steps[1].goal", "met before anything is done (moment forward done)"),
        ([step("data = { d = 7 }", "forward")], "steps[0].goal", "but it is {'d': -6.0}"),
        ([step('moment = "backward done"', "forward")], "steps[0].goal", "but it is “forward done”"),
        ([step('nudged = { node = "a", slope = 5 }', "nudge a")], "steps[0].goal", "the slope is -3"),
        ([step('selected = "q"', "select q")], "steps[0].answer[0]", "no node called “q”"),
        ([step('moment = "forward done"', "forward", "backward")], "steps[0].answer[1]", "met before this"),
        ([step('moment = "forward done"', "forward", more="")], "steps[0].hint", "missing"),
    ],
)
def test_a_lesson_that_cannot_be_done_is_found_with_step_and_field(lesson, steps, field, said) -> None:
    found = faults(lesson(*steps))
    assert [fault.field for fault in found][:1] == [field]
    assert said in found[0].sentence


def test_an_edit_in_a_lesson_that_locks_is_found(lesson) -> None:
    found = faults(lesson(step("value = { a = 1 }", "set a = 1"), head=HEAD + "lock = true\n"))
    assert found[0].field == "steps[0].answer[0]"
    assert "keeps the graph" in found[0].sentence


def test_a_lesson_may_open_a_file_beside_it(lesson, tmp_path) -> None:
    from micrograd_gui.files import documents

    documents.write(tmp_path / "mine.micrograd", documents.load_example("square"))
    opened = lesson(step("data = { b = 9 }", "forward"), head=HEAD.replace(OPENS, "mine.micrograd"))
    assert faults(opened) == []


def test_an_action_is_told_to_the_learner_as_the_window_has_it() -> None:
    assert read_doing("backward step 3").told() == "Press **Backward step** (B) 3 times."
    assert read_doing("set a = -2").told() == "Double-click the number of **a** and type -2."
