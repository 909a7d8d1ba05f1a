"""What is not saved survives the end of the program, however it comes, and is offered by the next start."""

import os
import signal
import sys
from pathlib import Path
from shutil import rmtree
from threading import Event, Thread
from unittest.mock import Mock

import pytest
from PySide6.QtCore import QThreadPool
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from micrograd import Value
from micrograd_gui import interrupts, languages
from micrograd_gui.app.actions import language as choosing
from micrograd_gui.app.recovery import recovering
from micrograd_gui.app.recovery.keeper import Keeper, Present
from micrograd_gui.app.start import errors_shown, signals_heeded
from micrograd_gui.files import documents, recovery
from micrograd_gui.files.recovery import Slot
from micrograd_gui.session.session import Session
from tests.killed_window import Program, digest, digest_found

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")


@pytest.fixture(autouse=True)
def looking_when_asked(monkeypatch) -> None:
    """Windows look for what others left when a test has them do so; those of tests before are through."""
    assert QThreadPool.globalInstance().waitForDone(60_000)
    monkeypatch.setattr("micrograd_gui.app.recovery.recovering._LOOKED_AFTER", 1_000_000)
    monkeypatch.setattr("micrograd_gui.app.recovery.recovering._LOOKED_AGAIN", ())


def kept() -> list[Path]:
    return sorted(recovery.folder().glob("*.recovery"))


def work_in(window, qtbot) -> None:
    """Unsaved work, which the disk knows when this returns."""
    session, before = window.session, len(kept())
    session.set_value(1, 7.25)
    session.backward_step()
    session.backward_step()
    session.select([1, 2])
    window.recovering().hurry()
    qtbot.waitUntil(lambda: len(kept()) > before)


@pytest.fixture
def worked(opened, qtbot):
    """A window with unsaved work, which the disk knows."""

    def work(source: object = "neuron"):
        window = opened(source)
        work_in(window, qtbot)
        return window

    return work


def vanish(window) -> None:
    """As if the program had been killed: the window is gone, its file stays, nobody holds it."""
    window.recovering().abandon()
    window.session.saved_as_is()
    window.close()


def look(window, qtbot) -> list[QWidget]:
    """Have the window look for what others left, and give what it offers."""
    with qtbot.waitSignal(window.recovering().looked):
        window.recovering().look()
    offer = window.findChild(QWidget, "recovery")
    return [] if offer is None else offer.findChildren(QWidget, "recovery_entry")


def press(widget: QWidget, name: str) -> None:
    widget.findChild(QPushButton, name).click()


@posix
@pytest.mark.slow(5)
def test_what_was_killed_is_offered_comes_back_as_it_was_and_stays_until_it_is_saved(tmp_path) -> None:
    with Program(tmp_path, "edit") as program:
        was = program.report("edited")["state"]
        program.wait_until_kept(tmp_path)
        program.process.send_signal(signal.SIGKILL)
        assert program.ended() == -signal.SIGKILL
    with Program(tmp_path, "recover", then="die") as program:
        found = program.report("recovered")
        assert (found["state"], found["name"], found["offered"]) == (was, "neuron", 1)
    (file,) = tmp_path.rglob("*.recovery")
    assert digest_found(recovery.read(file)) == was  # it was killed while it recovered


@posix
def test_signals_ask_write_and_end(opened, qtbot, monkeypatch, request) -> None:
    ended = []
    monkeypatch.setattr(interrupts, "leave", ended.append)
    monkeypatch.setattr(interrupts.os, "kill", lambda _, number: ended.append(number))
    window = opened("neuron")
    window.session.set_value(1, 7.25)
    before = signal.getsignal(signal.SIGTERM)
    # it is ignored where a shell runs the tests as a job in the background
    interrupted = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, interrupted))
    with signals_heeded(window) as status:
        signal.raise_signal(signal.SIGTERM)
        assert ended == [signal.SIGTERM]
        assert recovery.read(kept()[0]).graph.nodes[1].data == 7.25
    with signals_heeded(window), monkeypatch.context() as broken:
        broken.setattr(window.recovering(), "write_now", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            signal.raise_signal(signal.SIGTERM)
    assert ended.pop() == signal.SIGTERM  # it ends though what is unsaved cannot be kept
    assert signal.getsignal(signal.SIGTERM) is before
    with signals_heeded(window) as status:
        signal.raise_signal(signal.SIGINT)
        qtbot.waitUntil(lambda: window.findChild(QMessageBox, "unsaved") is not None)
        signal.raise_signal(signal.SIGINT)
        assert ended[1:] == [130]
        window.findChild(QMessageBox, "unsaved").reject()
        assert status() == 0
        window.session.undo()
        signal.raise_signal(signal.SIGINT)
        qtbot.waitUntil(lambda: not window.isVisible())
        assert status() == 130


def test_it_is_its_owners_alone_and_goes_when_nothing_is_unsaved(worked, tmp_path, qtbot) -> None:
    window = worked()
    (file,) = kept()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    window.session.undo()
    qtbot.waitUntil(lambda: not kept())
    work_in(window, qtbot)
    window.documents.save_to(tmp_path / "kept.micrograd")
    qtbot.waitUntil(lambda: not kept())
    window.session.set_value(1, 8.0)
    window.recovering().hurry()
    qtbot.waitUntil(lambda: len(kept()) == 1)
    window.close()
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert os.listdir(recovery.folder()) == []


def test_what_nobody_holds_is_offered_by_one_window_to_be_put_off_saved_or_discarded(
    worked, opened, tmp_path, qtbot
) -> None:
    first, second, third = worked("lecture"), opened("neuron"), opened("reuse")
    graph = first.session.state.graph
    assert look(second, qtbot) == []  # the first lives
    vanish(first)
    (row,) = look(second, qtbot)
    assert row.accessibleName().startswith("lecture, today, ")
    for seen in (False, True):  # the audience in the hall has nothing to do with it
        second.findChild(QAction, "projector").trigger()
        qtbot.waitUntil(lambda seen=seen: second.findChild(QWidget, "recovery").isVisible() is seen)
    assert look(third, qtbot) == []  # the second offers it
    press(second.findChild(QWidget, "recovery"), "recovery_later")
    (row,) = look(third, qtbot)
    press(row, "recovery_save")
    dialog = third.findChild(QWidget, "file")
    dialog.fileSelected.emit(str(tmp_path / "elsewhere.micrograd"))
    dialog.close()
    qtbot.waitUntil(lambda: os.listdir(recovery.folder()) == [])  # it is saved behind the window
    assert documents.read(tmp_path / "elsewhere.micrograd").nodes == graph.nodes
    work_in(second, qtbot)
    vanish(second)
    qtbot.waitUntil(lambda: third.findChild(QWidget, "recovery") is None)
    (row,) = look(third, qtbot)
    press(row, "recovery_discard")
    assert os.listdir(recovery.folder()) == []
    assert third.documents.name == "reuse"


def test_another_language_while_it_is_looked_for_puts_nothing_off(
    worked, opened, qtbot, monkeypatch, request
) -> None:
    vanish(worked())
    window, going, go_on = opened(), Event(), Event()
    find = recovering.left_behind

    def slowly(*where):
        going.set()
        assert go_on.wait(30)
        return find(*where)

    monkeypatch.setattr(recovering, "left_behind", slowly)
    monkeypatch.setattr(languages, "_asked", languages._asked)
    request.addfinalizer(choosing.translate_qt)
    request.addfinalizer(lambda: languages.use("en"))
    with qtbot.waitSignal(window.recovering().looked):
        window.recovering().look()
        assert going.wait(30)
        window.choose_language("de")
        go_on.set()
    offer = window.findChild(QWidget, "recovery")
    assert len(offer.findChildren(QWidget, "recovery_entry")) == 1
    assert offer.findChild(QPushButton, "recovery_recover").text() == "Wiederherstellen"
    press(offer, "recovery_recover")
    qtbot.waitUntil(lambda: window.session.state.graph.nodes[1].data == 7.25)


def test_a_window_that_is_closed_while_it_looks_keeps_nothing_from_the_next(
    worked, opened, qtbot, monkeypatch
) -> None:
    vanish(worked())
    going, go_on, ended = Event(), Event(), Event()
    read, find = recovery.read, recovering._looked_through

    def slowly(path):  # a large one on a slow disk
        found = read(path)
        going.set()
        assert go_on.wait(30)
        return found

    def kept_by_its_thread(*where, **options):
        held.append(find(*where, **options))
        ended.set()
        return held[0]

    held: list[object] = []
    monkeypatch.setattr(recovery, "read", slowly)
    monkeypatch.setattr(recovering, "_looked_through", kept_by_its_thread)
    first, second = opened(), opened()
    first.recovering().look()
    assert going.wait(30)
    first.close()
    go_on.set()
    assert ended.wait(30)
    monkeypatch.setattr(recovering, "_looked_through", find)
    assert len(look(second, qtbot)) == 1


def test_what_somebody_held_at_the_start_is_offered_once_it_is_free_but_not_what_was_put_off(
    opened, qtbot, monkeypatch
) -> None:
    """The system is not through with a program that was killed, or another window looked and was closed."""
    slot = Slot.begun(recovery.folder())
    slot.write(recovery.content(Session(documents.load_example("neuron")).state, "neuron"))
    monkeypatch.setattr(recovering, "_LOOKED_AGAIN", range(500, 60_000, 500))
    window = opened()
    assert look(window, qtbot) == []
    slot.release()
    qtbot.waitUntil(lambda: window.findChild(QWidget, "recovery_entry") is not None)
    press(window.findChild(QWidget, "recovery"), "recovery_later")
    qtbot.waitUntil(lambda: window.findChild(QWidget, "recovery") is None)
    window.recovering()._look_again()
    assert not window.background.busy("recovery")
    assert len(look(window, qtbot)) == 1


def test_what_cannot_be_read_is_said_once_though_it_is_looked_at_again(opened, qtbot, monkeypatch) -> None:
    slot = Slot.begun(recovery.folder())
    slot.write(recovery.content(Session(documents.load_example("neuron")).state, "neuron"))
    slot.release()
    window = opened()
    with monkeypatch.context() as broken:
        broken.setattr(recovery, "_graph", Mock(side_effect=ImportError("no such")))
        assert look(window, qtbot) == []
        assert "cannot be read: no such." in window.message.text()
        window.say("something else")
        assert look(window, qtbot) == []
        assert window.message.text() == "something else"
    assert len(look(window, qtbot)) == 1


def test_each_of_many_has_a_turn_of_its_own_and_all_can_be_put_off_before_that(
    opened, qtbot, monkeypatch
) -> None:
    for name in ("neuron", "xor", "lecture"):
        slot = Slot.begun(recovery.folder())
        slot.write(recovery.content(Session(documents.load_example(name)).state, name))
        slot.release()
    window = opened("reuse")
    for until in (2, 3):
        turns = []
        monkeypatch.setattr(
            "micrograd_gui.app.recovery.offer.later", lambda _, call, to=turns: to.append(call)
        )
        window.recovering().look()
        qtbot.waitUntil(lambda turns=turns: bool(turns))
        offer = window.findChild(QWidget, "recovery")
        for count in range(until + 1):
            assert len(offer.findChildren(QWidget, "recovery_entry")) == count
            assert offer.isVisible() is (count > 0)
            if count < until:
                turns.pop()()
        assert any("These 3 were not saved" in label.text() for label in offer.findChildren(QLabel))
        press(offer, "recovery_later")
        for rest in turns:
            rest()
        assert len(offer.findChildren(QWidget, "recovery_entry")) == until
        qtbot.waitUntil(lambda: window.findChild(QWidget, "recovery") is None)
    slots = recovery.abandoned(recovery.folder())
    assert len(slots) == 3
    for slot in slots:
        slot.remove()
        slot.release()


def test_what_was_built_comes_back_by_the_name_that_is_offered(opened, qtbot) -> None:
    first, second = opened("neuron"), opened("reuse")
    first.session.build("L = (a*b + c) * f")
    work_in(first, qtbot)
    vanish(first)
    (row,) = look(second, qtbot)
    press(row, "recovery_recover")
    qtbot.waitUntil(lambda: second.documents.name == "expression")


def test_recovering_in_place_of_unsaved_work_asks_and_is_on_the_disk_all_the_time(
    worked, qtbot, monkeypatch
) -> None:
    first = worked("moons")
    was = digest(first.session.state)
    vanish(first)
    (file,) = kept()
    second = worked("lecture")
    (row,) = look(second, qtbot)
    gone = []
    remove = recovery.Slot.remove
    monkeypatch.setattr(recovery.Slot, "remove", lambda slot: (gone.append(slot.path), remove(slot)))
    press(row, "recovery_recover")
    second.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    qtbot.waitUntil(lambda: digest(second.session.state) == was)
    assert second.documents.name == "moons"
    assert second.isWindowModified()
    second.recovering().hurry()
    qtbot.waitUntil(lambda: len(kept()) == 1)
    assert file not in gone
    assert digest_found(recovery.read(file)) == was
    qtbot.waitUntil(lambda: second.findChild(QWidget, "recovery") is None)


@pytest.mark.unforeseen
def test_a_fault_while_it_is_taken_leaves_it_offered_and_on_the_disk(
    worked, opened, qtbot, monkeypatch
) -> None:
    vanish(worked("moons"))
    (file,) = kept()
    was = file.read_bytes()
    window = opened("lecture")
    (row,) = look(window, qtbot)
    with qtbot.captureExceptions() as faults, monkeypatch.context() as broken:
        broken.setattr(window.documents, "take_prepared", lambda *_: 1 / 0)
        press(row, "recovery_recover")
        qtbot.waitUntil(lambda: len(faults) == 1)
    work_in(window, qtbot)
    assert file.read_bytes() == was
    window.session.saved_as_is()
    press(row, "recovery_recover")
    qtbot.waitUntil(lambda: window.documents.name == "moons")


def test_it_knows_its_file_and_asks_before_what_has_changed_since_is_overwritten(
    worked, opened, tmp_path, qtbot
) -> None:
    path = tmp_path / "own.micrograd"
    documents.write(path, documents.load_example("neuron"))
    vanish(worked(path))
    path.write_text(path.read_text().replace("x1", "other"))
    second = opened("lecture")
    (row,) = look(second, qtbot)
    press(row, "recovery_recover")
    qtbot.waitUntil(lambda: second.session.state.path == path)
    assert (
        second.message.text() == "Recovered own, not saved yet. Its file “own.micrograd” has changed since."
    )
    second.documents.save()
    assert second.findChild(QMessageBox, "changed_on_disk") is not None
    assert "other" in path.read_text()


def test_live_values_are_kept_unchanged_and_a_fault_in_a_slot_writes_at_once(opened, qtbot, capsys) -> None:
    a = Value(2.0, label="a")
    window = opened(a * a)
    window.recovering()
    assert not kept()
    graph = window.session.state.graph
    window.session.tidied(graph, dict.fromkeys(graph.places, (7.0, 7.0)), as_edit=False)
    assert window.live.link is not None
    with qtbot.captureExceptions(), errors_shown(window.say, window.recovering().hurry):
        sys.excepthook(RuntimeError, RuntimeError("a fault"), None)
        qtbot.waitUntil(lambda: len(kept()) == 1)
    window.documents.open_example("neuron")
    qtbot.waitUntil(lambda: not kept())


def test_a_graph_built_in_a_lesson_is_kept_in_time_though_the_loop_keeps_python_to_itself(opened) -> None:
    window = opened("neuron")
    window.recovering()
    window.begin_lesson("graph")
    number = window.session.add_node("tanh")
    QTest.qWait(1900)  # which lets no other thread of Python run
    (file,) = kept()
    assert recovery.read(file).graph.nodes[number].op == "tanh"


def test_work_is_kept_from_the_beginning_though_all_behind_the_window_are_busy(opened, qtbot) -> None:
    pool, end = QThreadPool.globalInstance(), Event()
    for _ in range(pool.maxThreadCount()):
        pool.start(lambda: end.wait(20))
    try:
        opened("neuron").session.set_value(1, 7.25)
        qtbot.waitUntil(lambda: len(kept()) == 1)
    finally:
        end.set()
        assert pool.waitForDone(5000)


def test_a_folder_that_cannot_be_written_to_is_said(opened, qtbot, tmp_path, monkeypatch) -> None:
    (tmp_path / "state").write_text("a file")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("micrograd_gui.app.recovery.keeper._AGAIN", 0.2)
    window = opened("neuron")
    window.session.set_value(1, 7.25)
    window.recovering().hurry()
    qtbot.waitUntil(lambda: "would be lost in a crash" in window.message.text())
    assert "“recovery” cannot be written" in window.message.text()
    (tmp_path / "state").unlink()
    qtbot.waitUntil(lambda: window.message.text() == "What is not saved is kept again.")
    assert kept()


def test_where_somebody_takes_its_folder_or_lock_away_work_is_kept_in_another_file(tmp_path) -> None:
    folder = tmp_path / "recovery"
    keeper, state = Keeper(folder, print), Session(documents.load_example("lecture")).state
    for number, take_away in enumerate(
        (lambda: None, lambda: rmtree(folder), lambda: next(folder.glob("*.lock")).unlink())
    ):
        take_away()
        keeper.write_now(Present(state, str(number)))
        kept = {recovery.read(file).kept.name for file in folder.glob("*.recovery")}
        assert str(number) in kept
    (slot,) = recovery.abandoned(folder)  # of the file whose lock was gone
    assert recovery.read(slot.path).kept.name == "1"
    keeper.end(keep=False)
    assert sorted(folder.iterdir()) == sorted([slot.path, slot.path.with_suffix(".lock")])
    slot.release()


def test_a_write_that_takes_longer_than_the_end_waits_leaves_nothing_of_what_was_discarded(
    tmp_path, monkeypatch
) -> None:
    begun, go_on, encode = Event(), Event(), recovery.content

    def slowly(*present) -> bytes:
        begun.set()
        assert go_on.wait(30)
        return encode(*present)

    monkeypatch.setattr(recovery, "content", slowly)
    monkeypatch.setattr("micrograd_gui.app.recovery.keeper._PATIENCE", 0.01)
    keeper = Keeper(tmp_path, print)
    keeper.keep(Present(Session(documents.load_example("lecture")).state, "given up"), at_once=True)
    assert begun.wait(30)
    keeper.end(keep=False)
    go_on.set()
    keeper._thread.join(30)
    assert list(tmp_path.iterdir()) == []


def test_a_signal_in_the_midst_of_a_change_writes_while_the_keeper_writes(tmp_path, monkeypatch) -> None:
    """Neither may wait for the other: the handler runs in the thread that tells of the change."""
    session = Session(documents.load_example("lecture"))
    keeper, writes, goes_on = Keeper(tmp_path, print), Event(), Event()
    write = Slot.write

    def slowly(slot: Slot, content: bytes) -> None:
        writes.set()
        goes_on.wait(30)
        write(slot, content)

    monkeypatch.setattr(Slot, "write", slowly)
    ended = Event()

    def told_and_ended() -> None:
        with keeper._changed:  # as `keep` has it when the signal comes
            goes_on.set()
            keeper.write_now(Present(session.state, "later"))
        ended.set()

    keeper.keep(Present(session.state, "first"), at_once=True)
    assert writes.wait(30)
    Thread(target=told_and_ended, daemon=True).start()
    assert ended.wait(30)
    keeper.end(keep=True)
    (file,) = tmp_path.glob("*.recovery")
    assert recovery.read(file).kept.name == "later"
