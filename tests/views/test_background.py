"""Background: results arrive in the GUI thread, and only those still wanted."""

import gc
import platform
import re
import threading
import time
import weakref
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QObject, QThreadPool

from micrograd_gui import interrupts
from micrograd_gui.app import start
from micrograd_gui.views.background import Background, all_written, give_back_memory


@pytest.fixture
def background(qapp):
    owner = QObject()
    made = Background(owner)
    yield made
    made.cancel_all()


def test_a_result_is_delivered_in_the_gui_thread_though_worked_out_in_another(background, qtbot):
    seen = []
    background.start(
        "key",
        lambda x: (x + 1, threading.current_thread()),
        41,
        done=lambda result: seen.append((*result, threading.current_thread())),
    )
    assert background.busy("key")
    qtbot.waitUntil(lambda: bool(seen))
    number, worker, receiver = seen[0]
    assert number == 42
    assert worker is not receiver
    assert receiver is threading.main_thread()
    assert not background.busy("key")


def test_a_later_start_with_the_same_key_outdates_the_earlier(background, qtbot):
    gate, seen = Event(), []
    background.start("layout", lambda: gate.wait(10) and "old", done=seen.append)
    background.start("layout", lambda: "new", done=seen.append)
    background.start("other", lambda: "beside", done=seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2)
    gate.set()
    qtbot.wait(50)
    assert sorted(seen) == ["beside", "new"]


def test_nothing_is_held_of_what_is_done(background, qtbot):
    class Given:
        pass

    def work(given):
        until = time.perf_counter() + 0.002  # longer than a thread keeps Python's lock
        while time.perf_counter() < until:
            pass
        return given

    held, seen = [], []
    for number in range(60):
        given = Given()
        held.append(weakref.ref(given))
        background.start(number, work, given, done=lambda _: seen.append(1))
        time.sleep(0.001 * (number % 4))
    del given
    qtbot.waitUntil(lambda: len(seen) == 60)
    qtbot.waitUntil(lambda: QThreadPool.globalInstance().activeThreadCount() == 0)
    gc.collect()
    assert sum(each() is not None for each in held) == 0


def test_a_stoppable_function_is_told_that_nobody_waits_for_it(background, qtbot):
    told, begun = [], Event()

    def slow(stop):
        begun.set()
        told.append(stop.wait(10))

    background.start("slow", slow, done=told.append, stoppable=True)
    qtbot.waitUntil(begun.is_set)
    background.cancel("slow")
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(20)
    assert told == [True]


def test_an_error_goes_to_failed(background, qtbot):
    errors = []
    background.start("bad", lambda: 1 / 0, done=errors.append, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_an_error_nobody_asked_for_is_raised_in_the_gui_thread(background, qtbot):
    with qtbot.capture_exceptions() as raised:
        background.start("bad", lambda: 1 / 0, done=print)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError


def test_a_background_that_goes_away_stops_its_work_and_delivers_nothing(qapp, qtbot):
    owner, seen, begun, ended = QObject(), [], Event(), Event()

    def slow(stop):
        begun.set()
        stop.wait(10)
        ended.set()
        return "late"

    Background(owner).start("slow", slow, done=seen.append, stoppable=True)
    qtbot.waitUntil(begun.is_set)
    owner.deleteLater()
    del owner
    qtbot.waitUntil(ended.is_set)
    qtbot.wait(30)
    assert seen == []


def test_the_end_waits_for_what_writes_and_for_nothing_else(background, qtbot, monkeypatch):
    left = []
    monkeypatch.setattr(interrupts, "leave", left.append)
    monkeypatch.setattr(start, "_PATIENCE", 0.0)
    begun, gate, written = Event(), Event(), []
    background.start("fonts", lambda: (begun.set(), gate.wait(20)), done=lambda _: None)
    qtbot.waitUntil(begun.is_set)  # else it would be cancelled before it was begun
    write = lambda: time.sleep(0.05) or written.append(True)  # noqa: E731
    background.start("save", write, done=lambda _: None, writes=True)
    background.cancel_all()  # as the end of the program does
    start.leave_what_goes_on(130)
    assert written == [True]
    assert left == [130]
    gate.set()
    qtbot.waitUntil(lambda: all_written(0.0))
    start.leave_what_goes_on(0)
    assert left == [130]


TOLD = Path("/proc/self/smaps_rollup")


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not TOLD.exists(),
    reason="what was let go is given back by glibc alone, and Linux tells it",
)
def test_what_was_let_go_is_given_back_to_the_system():
    def held():
        return int(re.search(r"Private_Dirty:\s+(\d+) kB", TOLD.read_text())[1])

    given = [bytes(2000) for _ in range(40_000)]
    kept = given[::100]  # here and there: what lies between them is not given back unasked
    del given
    before = held()
    give_back_memory()
    assert before - held() > 40_000
    assert len(kept) == 400
