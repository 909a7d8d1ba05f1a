"""After an update every number that a fresh run would change is stale, until it is run again."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from random import Random

import pytest
from msgspec.structs import replace

from micrograd_gui import parse
from micrograd_gui.document.graph import Graph
from micrograd_gui.export.formats import picture_bytes
from micrograd_gui.figures.moments import Film, Options, film_of
from micrograd_gui.session.explain.verdicts import verdict_of, verdict_of_moment
from micrograd_gui.session.session import Session

TEXT = "w = 2; x = 3; L = (w*x - 1)**2"


def begun(text: str = TEXT, *parameters: str) -> Session:
    session = Session(parse(text))
    for name in parameters or ("w",):
        session.mark(session.state.graph.named(name), "parameter")
    return session


def stale(session: Session) -> set[str]:
    nodes = session.state.graph.nodes
    return {f"{nodes[node].name}.{part}" for node, part in session.state.frame.stale}


def by_hand(w: float, x: float) -> dict[str, float]:
    """All numbers of ``L = (w·x − 1)²`` and its slopes, by the rules of calculus."""
    wx = w * x
    d = wx - 1
    return {
        "w.data": w, "x.data": x, "1.data": 1.0, "v3.data": wx, "v5.data": d, "L.data": d * d,
        "L.grad": 1.0, "v5.grad": 2 * d, "v3.grad": 2 * d, "1.grad": -2 * d,
        "w.grad": 2 * d * x, "x.grad": 2 * d * w,
    }  # fmt: skip


def shown(session: Session) -> dict[str, float]:
    state = session.state
    fields = (("data", state.frame.data), ("grad", state.frame.grad))
    return {f"{state.graph.nodes[n].name}.{part}": v for part, numbers in fields for n, v in numbers.items()}


def wrong(session: Session, right: dict[str, float]) -> set[str]:
    return {name for name, number in shown(session).items() if not math.isclose(number, right[name])}


def test_an_update_makes_stale_what_a_fresh_run_gives_otherwise():
    session = begun()
    session.update(0.05)
    assert shown(session)["w.data"] == 0.5
    assert stale(session) == wrong(session, by_hand(0.5, 3.0))
    assert {"L.data", "v3.data", "w.grad", "x.grad"} < stale(session)
    assert not {"w.data", "x.data", "L.grad"} & stale(session)


def test_a_step_renews_what_it_writes_and_no_more():
    session = begun()
    session.update(0.05)
    right = by_hand(0.5, 3.0)
    while not session.state.forward_done:
        session.forward_step()
        assert stale(session) == wrong(session, right)
    assert stale(session) == {"w.grad", "x.grad", "1.grad"}  # of leaves, to which backward will add
    session.zero_grad()
    assert not stale(session)
    session.backward()
    assert not stale(session)
    assert not wrong(session, right)


def test_going_back_in_time_nothing_is_stale_and_forward_again_it_is():
    session = begun()
    session.update(0.05)
    then = stale(session)
    session.previous()
    assert not stale(session)
    session.next()
    assert stale(session) == then
    session.undo()  # the role of w: another graph, of which nothing was run
    assert not stale(session)


def test_an_update_that_moves_nothing_makes_nothing_stale():
    session = begun("a = 1; b = 2; L = a*0 + b", "a")
    session.update(0.1)
    assert not stale(session)


def test_zeroed_grads_are_zeroed_and_not_stale():
    session = begun(TEXT, "w", "x")
    session.forward()
    session.zero_grad()
    session.update(0.05)
    assert not {name for name in stale(session) if name.endswith("grad")}


def test_a_further_update_judges_anew_what_is_stale():
    session = begun("w = 1; L = abs(w)")
    session.update(0.5)
    assert stale(session) == {"L.data"}
    session.update(1.5)  # w is −1 now: |w| is what stands there, and the slope has another sign
    assert shown(session) == {"w.data": -1.0, "w.grad": 1.0, "L.data": 1.0, "L.grad": 1.0}
    assert stale(session) == {"w.grad"}


def test_a_leaf_that_is_no_number_any_more_keeps_its_grad_when_forward_stops_there():
    session = begun("w = 700; L = exp(w)")
    session.update(1e6)
    before = session.state.frame
    assert shown(session)["w.data"] == -math.inf
    session.forward()
    assert session.state.blocked
    assert session.state.frame == before


@pytest.mark.parametrize("seed", range(40))
def test_what_is_stale_is_what_a_run_of_the_moved_graph_gives_otherwise(seed: int):
    """A second session, opened on the graph as the update left it, is the fresh run."""
    random = Random(seed)
    session = Session(_graph(random))
    for _ in range(random.randint(1, 12)):
        verb = random.choice(("forward", "backward", "update", "forward_step", "backward_step", "update"))
        session.update(0.01) if verb == "update" else getattr(session, verb)()
    if not any(each.kind == "update" for each in session.state.trace.script):
        session.update(0.01)
    fresh = Session(session.state.moment)
    fresh.backward()
    passes = [each.kind for each in session.state.trace.script]
    for part in ("data", "grad"):
        now, then = getattr(session.state.frame, part), getattr(fresh.state.frame, part)
        for node, number in now.items():
            if (node, part) in session.state.frame.stale:
                continue
            if part == "data":
                assert number == then[node]
            elif passes.count("backward") == 1 and passes[-1] == "update":
                assert number == then.get(node, 0.0)


def _graph(random: Random) -> Graph:
    names = ["a", "b", "c"]
    lines = [f"{name} = {random.uniform(-2, 2):.3f}" for name in names]
    for number in range(random.randint(2, 8)):
        left, right = random.choice(names), random.choice(names)
        form = random.choice(("{} + {}", "{} * {}", "{} - {}", "tanh({} + {})", "sin({} * {})"))
        lines.append(f"t{number} = {form.format(left, right)}")
        names.append(f"t{number}")
    lines.append("L = " + " + ".join(names[3:]))
    graph = parse("; ".join(lines))
    for name in ("a", "b"):
        graph = graph.marked(graph.named(name), "parameter")
    return graph


# A check made before it -----------------------------------------------------------------------------


def test_a_check_of_other_parameters_is_no_verdict_on_these():
    session = begun()
    session.forward()
    session.backward()
    session.check_all()
    w = session.state.graph.named("w")
    assert verdict_of(session.state, w).mark == "✓"
    session.update(0.05)
    assert {verdict_of(session.state, node).mark for node in session.state.graph.nodes} == {"from before"}
    assert verdict_of_moment(session.state) == "checked with other parameters than these: check again"
    session.previous()  # the numbers that were checked are back
    assert verdict_of(session.state, w).mark == "✓"
    session.next()
    session.zero_grad()
    session.forward()
    session.backward()
    assert verdict_of(session.state, w).mark == "from before"
    session.check_all()
    assert verdict_of(session.state, w).mark == "✓"
    assert verdict_of_moment(session.state).startswith("all gradients agree")


def test_a_nudge_by_another_h_ends_the_check_that_was_made_with_the_one_before():
    session = begun()
    session.check_all()
    w = session.state.graph.named("w")
    session.nudge(w, session.state.h)
    assert session.state.checked
    session.nudge(w, 0.1)
    assert not session.state.checked


# Figures and tables of such a moment ----------------------------------------------------------------


@pytest.fixture
def updated() -> Session:
    session = begun()
    session.update(0.05)
    return session


def film(session: Session, step: str = "last", **options: object) -> Film:
    return film_of(session.state.graph, step, Options(**options), session.state.trace)  # type: ignore[arg-type]


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_a_figure_strikes_what_is_stale(updated: Session, style: str):
    texts = next(film(updated, style=style, card=False).pictures).texts
    struck = {(text.node, text.role) for text in texts if text.struck}
    assert struck == updated.state.frame.stale
    assert all(text.faint and text.strike is not None for text in texts if text.struck)
    assert not any(text.struck for text in texts if text.text in ("data", "grad", "0.5000"))


def written(session: Session, suffix: str, **options: object) -> str:
    return picture_bytes(film(session, **options), suffix).decode()


def test_the_forms_of_text_mark_what_is_stale(updated: Session):
    count = len(updated.state.frame.stale)
    assert count == 8
    assert written(updated, ".svg").count('text-decoration="line-through"') == count
    assert written(updated, ".mmd").count("<s>") == count
    assert written(updated, ".dot").count("(stale)") == count
    assert written(updated, ".tex", card=False).count(r"\draw[") == count
    rows = list(csv.DictReader(written(updated, ".csv").splitlines()))
    assert sum(len(row["stale"].split()) for row in rows) == count
    assert {row["node"]: row["stale"] for row in rows}["w"] == "grad"


def test_no_form_marks_anything_before_the_update(updated: Session):
    updated.previous()
    updated.previous()
    before = film_of(updated.state.graph, "3", Options(card=False), updated.state.trace)
    for suffix, mark in ((".svg", "line-through"), (".mmd", "<s>"), (".dot", "(stale)"), (".tex", r"\draw[")):
        assert mark not in picture_bytes(before, suffix).decode()


def test_a_picture_has_a_line_through_a_stale_number(updated: Session):
    """In the middle of each struck number nothing of the ground shows between its digits."""
    from PIL import Image

    made = film(updated, card=False, scale=4.0)
    figure = next(made.pictures)
    picture = Image.open(io.BytesIO(picture_bytes(made, ".png"))).convert("L")
    unit = picture.width / figure.width
    numbers = [t for t in figure.texts if t.role in ("data", "grad") and t.text not in ("data", "grad")]
    for text in numbers:
        (left, y), (right, _) = text.strike or replace(text, struck=True).strike  # type: ignore[misc]
        across = range(int((left + 2) * unit), int((right - 2) * unit))
        lightest = max(picture.getpixel((x, int(y * unit))) for x in across)
        assert (lightest < 200) == text.struck, text


def test_dot_with_stale_numbers_is_read_again(updated: Session):
    from micrograd_gui.files.dot_reader import graph_from_dot

    again = graph_from_dot(written(updated, ".dot"))
    assert {node.label: node.data for node in again if node.label in ("w", "x")} == {"w": 0.5, "x": 3.0}
    assert again.target is not None
    assert again.nodes[again.target].op == "**2"


def test_a_player_strikes_them_at_their_moment_and_not_before(updated: Session):
    text = written(updated, ".html", step="all")
    changes = json.loads(re.search(r'id="film"[^>]*>(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    struck = [sum(" struck" in change[1] for change in moment) for moment in changes]
    assert struck == [0] * (len(changes) - 1) + [8]


def test_where_a_fresh_run_would_stop_every_grad_is_stale():
    session = begun("a = 1.132; t = a**a; L = relu(t)", "a")
    session.update(1e6)  # a is far below 0 now: t has no number
    assert {"t.grad", "a.grad", "L.grad"} <= stale(session)
