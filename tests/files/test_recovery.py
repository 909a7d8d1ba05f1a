"""A recovery file is read as it was written, or set aside with a sentence; a lock tells who is dead."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO
from unittest.mock import Mock

import pytest

from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.python.cell import graph_from_cell
from micrograd_gui.files import atomic, recovery
from micrograd_gui.files.documents import example_names, load_example
from micrograd_gui.files.left_behind import left_behind
from micrograd_gui.files.recovery import HeldFile, Slot
from micrograd_gui.session.session import Session


def file_of(tmp_path: Path, session: Session, name: str = "a graph") -> Path:
    path = tmp_path / "0123456789abcdef.recovery"
    path.write_bytes(recovery.content(session.state, name))
    return path


@pytest.mark.parametrize("name", example_names())
def test_a_graph_comes_back_as_a_file_has_it(name: str, tmp_path: Path) -> None:
    session = Session(load_example(name))
    session.backward()
    found = recovery.read(file_of(tmp_path, session))
    assert codec.encode(found.graph) == codec.encode(session.state.graph)
    assert found.kept.script == tuple(session.state.trace.script)
    assert found.kept.cursor == session.state.cursor


def test_numbers_that_json_has_no_word_for_come_back(tmp_path: Path) -> None:
    session = Session(load_example("neuron"))
    for node, number in ((1, float("inf")), (2, float("nan"))):
        session.set_value(node, number)
    found = recovery.read(file_of(tmp_path, session))
    assert codec.encode(found.graph) == codec.encode(session.state.graph)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name here")
@pytest.mark.parametrize("name", ["0123456789abcdef.recovery", ".a.micrograd.1a2b3c4d-0.part"])
def test_a_pipe_among_them_keeps_nobody_waiting(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    script = (
        "from pathlib import Path; from micrograd_gui.files.left_behind import left_behind; "
        f"print(*left_behind(Path({str(tmp_path)!r}))[1])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    said = "“0123456789abcdef.recovery” is not a file. It is kept as" if name.endswith("recovery") else ""
    assert said in ran.stdout
    assert ran.stdout.strip() or not said
    assert [entry.suffix for entry in tmp_path.iterdir()] == [".damaged" if said else ".part"]


@pytest.mark.parametrize("what", ["cut", "flipped", "empty", "another's"])
def test_a_damaged_file_is_said_to_be_so(what: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, Session(load_example("moons")))
    whole = path.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut": whole[:middle],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "another's": b"PNG",
    }
    path.write_bytes(damaged[what])
    with pytest.raises(FileRefusal, match=r"The recovery file “0123456789abcdef\.recovery” is damaged: it"):
        recovery.read(path)


def test_damaged_files_are_kept_aside_and_all_are_said(tmp_path: Path) -> None:
    path = file_of(tmp_path, Session(load_example("neuron")))
    path.write_bytes(b"nothing of ours")
    left, (sentence,) = left_behind(tmp_path)
    assert left == []
    assert sentence.endswith(f"It is kept as {path.with_suffix('.damaged')}.")
    assert os.listdir(tmp_path) == ["0123456789abcdef.damaged"]
    assert left_behind(tmp_path) == ([], [])
    for name in ("a" * 16, "b" * 16):
        (tmp_path / f"{name}.recovery").touch()
    _, (sentence,) = left_behind(tmp_path)
    aside = f"{'a' * 16}.damaged", f"{'b' * 16}.damaged"
    assert sentence.startswith("These recovery files are damaged: ")
    assert sentence.endswith(f". They are kept in {tmp_path}.")
    assert all(name in sentence and (tmp_path / name).exists() for name in aside)


def test_what_cannot_be_read_or_set_aside_now_stays_and_hides_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(load_example("neuron"))
    whole, damaged = file_of(tmp_path, session), tmp_path / f"{'a' * 16}.recovery"
    damaged.touch()
    other = tmp_path / f"{'b' * 16}.recovery"
    other.write_bytes(whole.read_bytes())
    read = atomic.content_of

    def unreadable(path: Path) -> bytes:
        if path == other:
            raise PermissionError
        return read(path)

    monkeypatch.setattr(recovery, "content_of", unreadable)
    monkeypatch.setattr(os, "replace", Mock(side_effect=PermissionError))
    (found,), sentences = left_behind(tmp_path)
    assert found.slot.path == whole
    assert sorted(each.partition("” ")[2] for each in sentences) == [
        "cannot be read: it is not permitted.",
        "is damaged: it is empty.",
    ]
    found.slot.release()
    monkeypatch.undo()
    left, sentences = left_behind(tmp_path)
    assert {each.slot.path for each in left} == {whole, other}
    assert len(sentences) == 1
    for each in left:
        each.slot.release()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ImportError("cannot import name"), "cannot be read: cannot import name."),
        (RecursionError("too deep"), "cannot be read: too deep."),
        (MemoryError(), "cannot be read: there is not enough memory for it."),
    ],
)
def test_a_fault_of_the_program_sets_no_whole_file_aside(
    fault: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(tmp_path, Session(load_example("neuron")))
    monkeypatch.setattr(codec, "decode", Mock(side_effect=fault))
    left, (sentence,) = left_behind(tmp_path)
    assert left == []
    assert sentence.endswith(said)
    monkeypatch.undo()
    ((found,), _) = left_behind(tmp_path)
    assert found.slot.path == path
    found.slot.release()


def test_who_is_not_wanted_any_more_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file_of(tmp_path, Session(load_example("neuron")))
    for answers in ([True, True], [False, True]):
        assert left_behind(tmp_path, unwanted=iter(answers).__next__) == ([], [])
        ((found,), _) = left_behind(tmp_path)
        found.slot.release()


def test_one_that_goes_while_it_is_looked_at_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(tmp_path, Session(load_example("neuron")))
    gone = tmp_path / f"{'a' * 16}.recovery"
    gone.touch()
    hold = HeldFile.hold

    def and_removed(lock: Path) -> HeldFile | None:
        gone.unlink(missing_ok=True)
        return hold(lock)

    monkeypatch.setattr(HeldFile, "hold", and_removed)
    ((found,), _) = left_behind(tmp_path)
    assert found.slot.path == path
    found.slot.release()


def test_what_was_saved_before_the_program_was_killed_is_not_offered(tmp_path: Path) -> None:
    session = Session(load_example("neuron"))
    path = tmp_path / "saved.micrograd"
    session.set_value(1, 5.0)
    path.write_text(codec.encode(session.state.graph), "utf-8")
    session.open_graph(session.state.graph, path)
    slot = file_of(tmp_path, session)
    assert left_behind(tmp_path) == ([], [])
    assert not slot.exists()
    session.replace_graph(graph_from_cell("def f(x):\n    return x * 2", session.state.graph), "Paste")
    file_of(tmp_path, session)
    ((found,), _) = left_behind(tmp_path)  # what a cell defines is no node, and not in the file yet
    found.slot.release()


def test_a_place_that_somebody_holds_is_nobody_elses(tmp_path: Path) -> None:
    slot = Slot.begun(tmp_path)
    slot.write(recovery.content(Session(load_example("neuron")).state, "a"))
    assert recovery.abandoned(tmp_path) == []
    slot.release()
    (again,) = recovery.abandoned(tmp_path)
    assert again.path == slot.path
    assert recovery.abandoned(tmp_path) == []
    again.remove()
    again.release()
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system that forks")
def test_a_child_that_outlives_its_parent_holds_nothing_of_it(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from micrograd_gui.files.recovery import HeldFile\n"
        "held = HeldFile.hold(Path(sys.argv[1]))\n"
        "if os.fork() == 0:\n    os.close(1); time.sleep(30)\n"
        "else:\n    print(os.getpid(), flush=True); os._exit(0)\n"
    )
    path = tmp_path / "a.lock"
    done = subprocess.run([sys.executable, "-c", code, path], stdout=subprocess.PIPE, start_new_session=True)
    try:
        held = HeldFile.hold(path)
        assert held is not None
        held.release()
    finally:
        os.killpg(int(done.stdout), 9)


HALF_WRITTEN = """
import os, sys
from pathlib import Path
from micrograd_gui.files import atomic

def contents():
    for name in sys.argv[2:]:
        yield Path(sys.argv[1], name), b"new"
    print("half", flush=True)
    sys.stdin.read()

atomic.write_all(contents())
"""


def half_written(folder: Path, *names: str) -> subprocess.Popen[bytes]:
    """A program that has stored its parts, and waits."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HALF_WRITTEN, folder, *names], stdin=pipe, stdout=pipe)
    assert process.stdout.readline() == b"half\n"
    return process


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob(".*.part"))


def age(paths: list[Path], seconds: float) -> None:
    for path in paths:
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


def test_parts_of_a_program_that_was_killed_are_swept_by_the_next_save(tmp_path: Path) -> None:
    (tmp_path / ".notes.part").write_text("not ours")
    with half_written(tmp_path, "a", "b") as process:
        found = [part for part in parts(tmp_path) if part.name != ".notes.part"]
        assert len(found) == 2
        atomic.write_whole(tmp_path / "c", b"c")
        assert all(part.exists() for part in found)  # it is still writing
        process.kill()
        process.wait()
    atomic.write_whole(tmp_path / "c", b"c")
    assert sorted(os.listdir(tmp_path)) == [".notes.part", "c"]


@pytest.mark.skipif(os.name == "nt", reason="what is open cannot be taken away there")
def test_a_part_that_is_swept_before_it_is_held_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold, swept = atomic.take, []

    def late(file: IO[bytes]) -> bool:
        if not swept:
            swept.append(True)
            monkeypatch.setattr(atomic, "_unfinished", [])
            atomic.sweep(tmp_path)
            assert parts(tmp_path) == []
            monkeypatch.undo()
        return hold(file)

    monkeypatch.setattr(atomic, "take", lambda file: late(file) if file.writable() else hold(file))
    unfinished = atomic._unfinished
    atomic.write_whole(tmp_path / "c", b"c")
    assert swept
    assert os.listdir(tmp_path) == ["c"]
    assert unfinished == []


@pytest.mark.skipif(os.name == "nt", reason="what is open cannot be taken away there")
def test_a_part_that_was_made_anew_while_it_was_looked_at_is_not_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold, part = atomic.take, tmp_path / ".a.0123abcd-0.part"
    part.touch()

    def late(file: IO[bytes]) -> bool:
        part.unlink()  # by another who sweeps; then who writes begins once more
        part.write_bytes(b"new")
        return hold(file)

    monkeypatch.setattr(atomic, "take", late)
    atomic.sweep(tmp_path)
    assert part.read_bytes() == b"new"


def test_parts_without_the_one_that_was_held_go_when_they_are_old(tmp_path: Path) -> None:
    part = tmp_path / ".a.0123abcd-3.part"
    part.touch()
    age([part], 600)
    atomic.sweep(tmp_path)
    assert part.exists()
    age([part], 7200)
    atomic.sweep(tmp_path)
    assert not part.exists()


def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("open to all")
    path.chmod(0o644)
    atomic.write_whole(path, b"secret", private=True)
    assert path.stat().st_mode & 0o777 == 0o600
