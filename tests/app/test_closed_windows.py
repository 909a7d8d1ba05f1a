"""A window that is closed is gone, with its Session and what it showed; nothing else holds it for ever."""

import gc
import sys
import time
import weakref
from threading import Event

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThreadPool, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from micrograd_gui.app import opening
from micrograd_gui.app.start import create_window, errors_shown
from micrograd_gui.document import in_parts
from micrograd_gui.document.errors import Refusal
from micrograd_gui.files import documents
from micrograd_gui.views.background import Background, later
from tests.app.conftest import collect
from tests.layout.far_graphs import chain


def pass_on(seconds: float = 0.0) -> None:
    """What is due is done, and what was deleted is gone."""
    until = time.monotonic() + seconds
    while True:
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if time.monotonic() >= until:
            return


def test_a_closed_window_is_gone_with_its_session_and_plots(qapp):
    window = create_window("lecture")
    window.show()
    for name in ("backward", "why", "theme"):
        window.findChild(QAction, name).trigger()
        pass_on()
    later(window.panes, window.panes.tend_tabs)  # still to come when it is closed
    window.plot.view.refresh(whatever=True)
    gone = [weakref.ref(each) for each in (window, window.session, window.plot.view.surface.figure)]
    window.session.saved_as_is()
    window.close()
    window.deleteLater()
    del window
    pass_on()
    assert QThreadPool.globalInstance().waitForDone(20_000)
    pass_on()
    assert collect(*gone) == []


class Waiting(QObject):
    """Somebody with a method."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def call(self) -> None:
        self.calls += 1


@pytest.mark.parametrize("after", [0, 1])
def test_what_is_to_be_called_later_holds_nobody(qapp, after):
    waiting = Waiting()
    gone = weakref.ref(waiting)
    later(waiting, waiting.call, after=after)
    pass_on(0.02)
    assert waiting.calls == 1
    assert not waiting.children()
    later(waiting, waiting.call, after=after)
    waiting.deleteLater()
    del waiting
    pass_on(0.02)
    assert collect(gone) == []


def test_who_is_held_by_what_is_to_be_called_alone_goes_after_it(qapp):
    """Where a timer took its parent along while it was deleted itself, the parent deleted it once more."""
    seen = []
    for _ in range(20):
        waiting = Waiting()
        gone = weakref.ref(waiting)

        def call(held=waiting):
            held.call()
            seen.append(held.children())

        later(waiting, call)
        del waiting, call
        pass_on(0.01)
        assert gone() is None
    assert seen == [[]] * 20


def test_a_long_job_that_nobody_wants_holds_none_who_asked_for_it(qapp):
    asked, end = Waiting(), Event()
    gone = weakref.ref(asked)
    background = Background()
    background.start("long", end.wait, 20, done=lambda _, asked=asked: asked.call())
    del asked
    background.cancel("long")
    gc.collect()
    left = gone()
    end.set()
    assert QThreadPool.globalInstance().waitForDone(20_000)
    pass_on()
    assert left is None


def test_an_error_in_a_slot_is_told_and_not_kept_with_all_that_it_saw(qapp):
    told = []

    def fail() -> None:
        raise Refusal("No.")

    with errors_shown(lambda sentence, **_: told.append(sentence)):
        QTimer.singleShot(0, fail)
        pass_on(0.02)
    assert told == ["No."]
    assert getattr(sys, "last_value", None) is None


def test_only_what_is_large_is_left_out_when_garbage_is_looked_for(tmp_path, monkeypatch):
    small, large = tmp_path / "small.micrograd", tmp_path / "large.micrograd"
    documents.write(small, chain(5))
    documents.write(large, chain(9))
    done = []
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setattr(gc, "unfreeze", lambda: done.append("unfreeze"))
    monkeypatch.setattr(in_parts, "_left_alone", Event())
    opening.prepared(small, None, Event())
    assert done == [], "what the program itself has made is left alone as before"
    with monkeypatch.context() as few:
        few.setattr(in_parts, "_MANY", 1)
        opening.prepared(large, None, Event())
    assert done == ["freeze"]
    opening.prepared(small, None, Event())
    opening.prepared(small, None, Event())
    assert done == ["freeze", "unfreeze"]


def test_what_nobody_wants_any_more_keeps_no_window_that_was_opened_meanwhile(tmp_path, monkeypatch):
    """Its thread is at the end some time after its own window was closed, and another one opened."""
    large = tmp_path / "large.micrograd"
    documents.write(large, chain(9))
    done = []
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setattr(in_parts, "_MANY", 1)
    stop = Event()
    stop.set()
    opening.prepared(large, None, stop)
    opening.run_ahead(chain(9), stop)
    assert done == []
    opening.run_ahead(chain(9), Event())
    assert done == ["freeze"]
