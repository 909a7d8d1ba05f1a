"""Runs: a live one answers as a recorded one does, and is recorded only for who looks at its steps."""

import math
from collections.abc import Sequence

import pytest

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Frame, LiveRun, Pass, RecordedRun, Run

FORWARD, BACKWARD, ZERO = Pass("forward"), Pass("backward"), Pass("zero")


class Live:
    """A live run over the graph, with counts of how often it replayed and was recorded."""

    def __init__(self, graph: Graph, script: Sequence[Pass]) -> None:
        self.graph, self.script = graph, script
        self.replayed = self.recorded = 0
        self.run = LiveRun(graph, script, self._replay, self._record)

    def _replay(self) -> Frame:
        self.replayed += 1
        whole = record(self.graph, (FORWARD, BACKWARD))
        return whole.frame(len(whole))

    def _record(self, graph: Graph, script: Sequence[Pass]) -> RecordedRun:
        self.recorded += 1
        return record(graph, script)


def same(one: Run, other: Run) -> bool:
    """Whether both give the same answers, each number bit for bit."""
    moments = range(len(one) + 1)
    return (
        len(one) == len(other)
        and (one.script, one.ends, one.noted) == (other.script, other.ends, other.noted)
        and repr(one.steps) == repr(other.steps)
        and repr(one.problem) == repr(other.problem)
        and all(one.frame(at) == other.frame(at) for at in moments)
        and all(one.stage(at) == other.stage(at) for at in moments)
        and all(one.kind_before(at) == other.kind_before(at) for at in moments)
        and all(one.stopped_at(at) == other.stopped_at(at) for at in moments)
        and all(one.script_until(at) == other.script_until(at) for at in moments)
    )


SCRIPTS = [
    (FORWARD,),
    (FORWARD, BACKWARD),
    (Pass("forward", 1),),
    (FORWARD, Pass("backward", 2)),
    (FORWARD, BACKWARD, BACKWARD),
    (FORWARD, BACKWARD, ZERO, BACKWARD),
    (FORWARD, BACKWARD, Pass("update", rate=0.1), FORWARD),
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: "-".join(each.kind for each in script))
@pytest.mark.parametrize("name", ["lecture", "reuse", "square"])
def test_a_live_run_is_the_run_that_would_be_recorded(name: str, script: tuple[Pass, ...]) -> None:
    graph = load_example(name)
    assert same(LiveRun(graph, script, Live(graph, script)._replay, record), record(graph, script))


def test_a_step_tells_the_numbers_that_differ_after_it() -> None:
    graph = graph_from_expression("a = 2; w = -3; e = a*w; L = (e + a)**2")
    graph = graph.marked(graph.named("w"), "parameter")
    run = record(graph, (FORWARD, BACKWARD, Pass("update", rate=0.1), FORWARD, BACKWARD))
    for at, step in enumerate(run.steps):
        before, after = run.frame(at), run.frame(at + 1)
        data = {(n, "data") for n, number in after.data.items() if before.data.get(n) != number}
        grad = {(n, "grad") for n, number in after.grad.items() if before.grad.get(n) != number}
        assert step.wrote == data | grad, step
    (update,) = (step for step in run.steps if step.kind == "update")
    assert update.wrote == {(graph.named("w"), "data")}


def test_the_ends_of_whole_passes_are_told_without_recording() -> None:
    live = Live(load_example("lecture"), (FORWARD, BACKWARD))
    run = live.run
    assert (len(run), run.ends, run.problem, run.stage(7)) == (7, (3, 7), None, "done")
    assert [run.kind_before(at) for at in (3, 7)] == ["forward", "backward"]
    assert run.frame(3).grad == {}
    assert len(run.frame(7).grad) == len(run.frame(7).data) == 7
    assert (live.replayed, live.recorded) == (1, 0)
    assert run.frame(4).grad == {run.steps[3].node: 1.0}
    assert (live.replayed, live.recorded) == (1, 1)


def test_nothing_is_replayed_before_it_is_asked_for() -> None:
    live = Live(load_example("lecture"), (FORWARD, BACKWARD))
    assert live.run.script == (FORWARD, BACKWARD)
    assert (live.replayed, live.recorded) == (0, 0)


@pytest.mark.parametrize("text", ["x = 0; y = log(x)", "z = q*2; y = x*3", "x = 1e200; y = x*x; L = y*2"])
def test_what_a_tape_cannot_tell_is_recorded(text: str) -> None:
    graph = graph_from_expression(text)
    live = Live(graph, (FORWARD, BACKWARD))
    assert same(live.run, record(graph, (FORWARD, BACKWARD)))
    assert live.recorded == 1


def test_a_long_run_gives_the_same_frame_from_its_keyframes_and_from_its_steps() -> None:
    graph = graph_from_expression("; ".join(["v0 = x*1"] + [f"v{n} = v{n - 1} + x" for n in range(1, 300)]))
    run = record(graph, (FORWARD, BACKWARD))
    for cursor in (0, 1, 127, 128, 129, 300, len(run)):
        assert run.frame(cursor) == run.start.after(*run.steps[:cursor])
    assert math.isclose(run.frame(len(run)).grad[graph.named("x")], 300.0)


def test_frames_share_what_no_step_between_them_writes() -> None:
    run = record(load_example("neuron"), (FORWARD, BACKWARD, ZERO))
    frames = [run.frame(0)]
    for step in run.steps:
        frames.append(frames[-1].after(step))
    for at, step in enumerate(run.steps):
        before, now = frames[at], frames[at + 1]
        assert (before.data is now.data) == (dict(before.data) == dict(now.data)), step.kind
        assert (before.grad is now.grad) or dict(before.grad) != dict(now.grad), step.kind
        assert now == run.frame(at + 1)
