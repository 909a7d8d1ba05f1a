"""Every layout engine that is here does what the adapter promises."""

import os
import threading
import time
from pathlib import Path

import pytest

from micrograd_gui.layout import graphviz
from micrograd_gui.layout.graphviz import Cancelled, Engine, LayoutRefusal

ENGINES = graphviz.engines()
each_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)

DENSE = "digraph {" + ";".join(f"n{i}->n{j}" for i in range(70) for j in range(i + 1, 70)) + "}"


def program(folder: Path, text: str) -> Engine:
    path = folder / "engine"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Engine("a test's engine", path)


def test_the_embedded_engine_is_here_and_comes_first() -> None:
    assert ENGINES[0].name == "graphviz-pure"
    assert graphviz.engine() == ENGINES[0]


@each_engine
def test_an_engine_answers_in_json_and_svg(engine: Engine) -> None:
    assert b'"objects"' in engine.run("digraph { a -> b }")
    assert b"<svg" in engine.run("digraph { a -> b }", "svg")


@each_engine
def test_text_that_is_no_graph_is_refused_with_what_the_engine_said(engine: Engine) -> None:
    with pytest.raises(LayoutRefusal, match="syntax error"):
        engine.run("digraph { a -> ")


@each_engine
def test_a_dense_graph_is_stopped_at_the_time_limit(engine: Engine) -> None:
    start = time.monotonic()
    with pytest.raises(LayoutRefusal, match=r"longer than 0\.3 seconds"):
        engine.run(DENSE, time_limit=0.3)
    assert time.monotonic() - start < 5


@each_engine
def test_a_layout_is_stopped_from_another_thread(engine: Engine) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    start = time.monotonic()
    with pytest.raises(Cancelled):
        engine.run(DENSE, time_limit=60, stop=stop)
    assert time.monotonic() - start < 5


@pytest.mark.skipif(os.name == "nt", reason="the engine of this test is a shell script")
def test_one_engine_runs_at_a_time_and_who_waits_can_be_cancelled(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    engine = program(tmp_path, f"echo begin >> {seen}; sleep 0.2; echo end >> {seen}; echo done")
    threads = [threading.Thread(target=engine.run, args=("digraph {}",)) for _ in range(3)]
    for each in threads:
        each.start()
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(Cancelled):
        engine.run("digraph {}", stop=stop)
    for each in threads:
        each.join()
    assert seen.read_text().split() == ["begin", "end"] * 3


@pytest.mark.skipif(os.name == "nt", reason="the engine of this test is a shell script")
def test_a_process_that_was_stopped_does_not_go_on(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    engine = program(tmp_path, f"echo $$ > {pid}; exec sleep 60")
    with pytest.raises(LayoutRefusal, match="stopped"):
        engine.run("digraph {}", time_limit=0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


@pytest.mark.skipif(os.name == "nt", reason="the engine of this test is a shell script")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("echo broken >&2; exit 3", "failed: broken"),
        ("exit 0", "failed: it said nothing"),
        ("exec 0<&-; sleep 0.1; exit 1", "failed"),
    ],
)
def test_an_engine_that_breaks_is_told_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(LayoutRefusal, match=sentence):
        program(tmp_path, text).run("digraph {}" * 100_000)


def test_an_engine_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LayoutRefusal, match="cannot be started"):
        Engine("nothing", tmp_path / "nothing").run("digraph {}")


def test_without_any_engine_the_sentence_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphviz, "embedded_dot", lambda: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(LayoutRefusal, match="graphviz-pure"):
        graphviz.engine()


@pytest.mark.skipif(os.name == "nt", reason="the engine of this test is a shell script")
def test_what_an_engine_says_stands_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(LayoutRefusal) as refused:
        program(tmp_path, r"printf 'no \ta\001b' >&2; exit 1").run("digraph{}", "svg")
    assert str(refused.value).isprintable()
