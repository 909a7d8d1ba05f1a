"""Refresh after each cell: switched in the window or by show(), remembered, and let go at both ends."""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from micrograd import Value
from micrograd_gui import show
from micrograd_gui.app.settings import Settings


class Notebook:
    """As much of IPython as runs cells and tells of their end."""

    def __init__(self):
        self.user_ns = {"Value": Value, "show": show}
        self.hooks = []
        self.events = SimpleNamespace(
            register=lambda event, hook: self.hooks.append(hook),
            unregister=lambda event, hook: self.hooks.remove(hook),
        )
        self.enable_gui = lambda name: None

    def run(self, cell):
        exec(cell, self.user_ns)
        for hook in list(self.hooks):
            hook(None)


@pytest.fixture
def notebook(monkeypatch, qtbot):
    book = Notebook()
    module = ModuleType("IPython")
    module.get_ipython, module.version_info = lambda: book, (9, 0)
    monkeypatch.setitem(sys.modules, "IPython", module)
    yield book
    for name, thing in list(book.user_ns.items()):
        if name.startswith("window"):
            thing.session.saved_as_is()
            thing.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def switch(window):
    return window.menus.actions["refresh_after_cells"]


def root(window):
    state = window.session.state
    return state.frame.data[state.graph.target]


def test_the_menu_switches_it_on_and_off_and_it_is_remembered(notebook):
    notebook.run("a = Value(2.0); L = a*a; window = show(L)")
    window = notebook.user_ns["window"]
    assert (switch(window).isEnabled(), switch(window).isChecked(), notebook.hooks) == (True, False, [])
    notebook.run("a.data = 3.0; L = a*a")
    assert root(window) == 4.0  # nobody has asked
    switch(window).trigger()
    assert (switch(window).isChecked(), len(notebook.hooks)) == (True, 1)
    assert root(window) == 9.0  # what was changed before is there at once
    notebook.run("L = a*a + 1")
    assert root(window) == 10.0
    assert Settings().refresh_after_cells
    notebook.run("window2 = show(L)")
    assert switch(notebook.user_ns["window2"]).isChecked()
    window.remake()  # as another language has it
    assert (switch(window).isEnabled(), switch(window).isChecked()) == (True, True)
    switch(window).trigger()
    assert (switch(window).isChecked(), len(notebook.hooks)) == (False, 1)  # the other window's is left
    assert not Settings().refresh_after_cells
    notebook.run("L = a*a + 2")
    assert (root(window), root(notebook.user_ns["window2"])) == (10.0, 11.0)
    window.menus.actions["refresh"].trigger()
    assert root(window) == 11.0


def test_show_says_it_for_its_own_window(notebook):
    notebook.run("a = Value(2.0); L = a*a; window = show(L, follow=True)")
    assert switch(notebook.user_ns["window"]).isChecked()
    assert not Settings().refresh_after_cells  # that was of this window
    Settings().refresh_after_cells = True
    notebook.run("window2 = show(L, follow=False)")
    assert not switch(notebook.user_ns["window2"]).isChecked()
    assert len(notebook.hooks) == 1
    session = notebook.user_ns["window"].session
    session.seek(0)
    notebook.run("print('a cell that changes nothing')")
    assert session.state.cursor == 0  # leaves the moment that somebody looks at
    notebook.run("L.backward()")
    assert session.state.cursor > 0


def test_another_document_in_the_window_is_never_overwritten(notebook):
    notebook.run("a = Value(2.0); L = a*a; window = show(L, follow=True)")
    window = notebook.user_ns["window"]
    window.session.saved_as_is()
    window.documents.open_example("lecture")
    graph = window.session.state.graph
    notebook.run("L = a + 5")
    assert window.session.state.graph is graph
    assert notebook.hooks == []
    actions = window.menus.actions
    window._on_changed(window.session.state, window.session.state)
    assert not actions["refresh"].isEnabled()
    assert not switch(window).isEnabled()
    assert not switch(window).isChecked()


def test_a_window_that_is_closed_lets_go_of_the_notebook(notebook):
    notebook.run("a = Value(2.0); L = a*a; window = show(L, follow=True)")
    window = notebook.user_ns.pop("window")
    window.session.saved_as_is()
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert notebook.hooks == []


def test_without_cells_there_is_nothing_to_follow(qtbot):
    a = Value(2.0)
    window = show(a * a, block=False, follow=True)
    assert window.menus.actions["refresh"].isEnabled()
    assert not switch(window).isEnabled()
    assert not switch(window).isChecked()
    window.session.saved_as_is()
    window.close()
