"""A program on a leash: what it is held to, and that it never outlives whoever began it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Timer

import pytest
from PIL import Image

from micrograd.leash import Snapped, run_leashed
from micrograd_gui.layout import graphviz
from micrograd_gui.layout.graphviz import engines
from tests.house.structure import ROOT

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux holds programs to bounds by their number")
posix = pytest.mark.skipif(os.name == "nt", reason="there is a job instead, on Windows")

BEGUN = """
import os, sys, time
from micrograd.leash import _Bounds, _Held
held = _Held(["/bin/sleep", "60"], _Bounds(30.0, 1 << 30, True, False), system=sys.argv[1])
print(held.process.pid, flush=True)
time.sleep(60)
"""


def far(users: int) -> bytes:
    """DOT of one node that is used all along a chain: what Graphviz takes more and more for."""
    return (
        "digraph{rankdir=LR;" + "".join(f"s{i}->s{i + 1};x->s{i + 1};" for i in range(users)) + "}"
    ).encode()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


@linux
@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_a_program_ends_with_whoever_began_it(system: str) -> None:
    begun = subprocess.Popen([sys.executable, "-c", BEGUN, system], cwd=ROOT, stdout=subprocess.PIPE)
    with begun:
        assert begun.stdout is not None
        pid = int(begun.stdout.readline())
        assert is_running(pid)
        begun.kill()
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


@linux
def test_a_layout_gets_no_more_memory_than_it_may_have() -> None:
    with pytest.raises(Snapped, match="needed more than 60 MB of memory and was stopped"):
        run_leashed([engines()[0].path, "-Tjson"], far(300), seconds=30, memory=60 << 20)


def test_it_is_stopped_when_its_time_is_over_and_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(Snapped, match=r"longer than 0\.2 seconds"):
        run_leashed([engines()[0].path, "-Tjson"], far(300), seconds=0.2)
    assert not list(tmp_path.iterdir())


@linux
def test_a_busy_machine_gives_it_its_seconds_of_the_processor() -> None:
    waits = ["/bin/sleep", "0.5"]  # as it would for others
    assert run_leashed(waits, b"", seconds=0.2).status == 0


@linux
def test_one_that_only_waits_is_stopped_all_the_same() -> None:
    with pytest.raises(Snapped, match=r"longer than 0\.1 seconds"):
        run_leashed(["/bin/sleep", "60"], b"", seconds=0.1)


@posix
def test_it_is_told_nothing_of_its_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GVPATH", "GV_FILE_PATH", "DOTFONTPATH", "LD_PRELOAD_OF_A_TEST", "PYTHONPATH"):
        monkeypatch.setenv(name, str(tmp_path))
    out = run_leashed(["/bin/sh", "-c", "env; ls -a"], b"").out.decode()
    assert str(tmp_path) not in out
    assert out.split()[-2:] == [".", ".."]


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
def test_an_engine_sees_no_file_that_a_graph_names(engine, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    Image.new("RGB", (600, 600)).save(large)
    text = f'digraph {{ b [shape=none, label="", image="{large.as_posix()}"] }}'
    (node,) = json.loads(engine.run(text, "json"))["objects"]
    assert float(node["width"]) < 2  # the picture would be more than 6 inches wide


def test_who_waits_too_long_for_another_graph_is_told_and_has_the_next_turn() -> None:
    first = engines()[0]
    graphviz._ONE_AT_A_TIME.acquire()
    freed = Timer(0.4, graphviz._ONE_AT_A_TIME.release)
    freed.start()
    with pytest.raises(graphviz.LayoutRefusal, match=r"The layout waited 0.1 seconds for another one"):
        first.run("digraph {}", time_limit=0.1)
    freed.join()
    assert first.run("digraph {}")
