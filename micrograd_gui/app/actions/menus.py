"""The menus and toolbars of the window, made from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QMenu, QToolBar, QToolButton

from micrograd.language import again, tr, trc
from micrograd_gui import languages
from micrograd_gui.app.actions.commands import Commands
from micrograd_gui.app.actions.language import language_menu
from micrograd_gui.app.actions.table import MENUS, ROWS, RUN_BAR, Action
from micrograd_gui.document.text import as_shown, visible
from micrograd_gui.files import documents
from micrograd_gui.log import logger_of
from micrograd_gui.session.state import State
from micrograd_gui.views.background import later
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.canvas.keyboard import written_keys
from micrograd_gui.views.expression_line import ExpressionLine, HLine
from micrograd_gui.views.hands import connect_once, pressed_by_place
from micrograd_gui.views.theme import Look

# macOS has these in the menu of the application; it would move others there by their texts.
_ROLES = {"about": QAction.MenuRole.AboutRole, "quit": QAction.MenuRole.QuitRole}

THUMBNAIL = QSize(208, 100)
_ROW_OF = {row.name: row for row in ROWS}
_SPARE = 8  # pixels that tools can do without
NARROW = 1340  # pixels at text scale 1: below this the tools stand in two rows
_log = logger_of(__name__)


class Menus(QObject):
    """The window's actions and its menus, made from the table; it shows which actions apply.

    Signals: ``example_chosen(name)``, ``recent_chosen(path)``, ``language_chosen(code)``.
    """

    example_chosen = Signal(str)
    recent_chosen = Signal(object)
    language_chosen = Signal(str)

    def __init__(self, window: QMainWindow, bridge: Bridge, commands: Commands) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._commands = commands
        self._rows = QActionGroup(self)  # one connection in place of one for each action
        self._rows.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        self._rows.triggered.connect(lambda action: self._run(_ROW_OF[action.objectName()]))
        self.actions = {row.name: self._to_action(row) for row in ROWS}
        self._changing = tuple(row for row in ROWS if not row.always_same)
        menus = {title: self._menu(title, rows) for title, rows in MENUS}
        self.recent = QMenu(tr("Open &recent"), window)
        menus["&File"].insertMenu(self.actions["save"], self.recent)
        menus["&View"].addSeparator()
        self.panes = menus["&View"].addMenu(tr("P&anes"))
        self.languages = menus["&View"].addMenu(tr("Lan&guage"))
        self._pictured: Look | None = None  # in which look the examples have their pictures
        self.examples = QMenu(tr("E&xamples"), window)
        window.menuBar().insertMenu(menus["&Help"].menuAction(), self.examples)
        for example in documents.examples():
            action = self.examples.addAction(tr(example.title))
            action.setObjectName(f"example_{example.name}")
            action.setStatusTip(tr(example.sentence))
            action.setToolTip(tr(example.sentence))
            action.triggered.connect(lambda _=False, name=example.name: self.example_chosen.emit(name))

    def _menu(self, title: str, rows: tuple[Action | None, ...]) -> QMenu:
        menu = self._window.menuBar().addMenu(tr(title))
        menu.setToolTipsVisible(True)
        for row in rows:
            if row is None:
                menu.addSeparator()
            else:
                menu.addAction(self.actions[row.name])
        return menu

    def _to_action(self, row: Action) -> QAction:
        """The row as a QAction of the window; a Refusal of its verb goes to the status bar."""
        action = QAction(self)  # given a text, PySide would load all that icons are made of
        action.setText(tr(row.text))
        action.setObjectName(row.name)
        action.setMenuRole(_ROLES.get(row.name, QAction.MenuRole.NoRole))
        action.setCheckable(row.checked is not None or row.switch)
        if isinstance(row.short, str) and row.short:
            action.setIconText(tr(row.short))
        elif "(&" in action.text():  # Qt takes the sign away, and would leave (F) on the button
            action.setIconText(languages.without_key(action.text()))
        keys: list[QKeySequence] = []
        for key in row.keys:
            if isinstance(key, QKeySequence.StandardKey):
                bound = QKeySequence.keyBindings(key)
            else:
                bound = [QKeySequence(key)]
            keys.extend(each for each in bound if each not in keys)
        action.setShortcuts(keys)
        names = [written_keys(key) for key in keys]
        if names:
            own = [written_keys(key) for key in row.keys[1:] if isinstance(key, str)]  # not all
            action.setData(tr(" or ").join(dict.fromkeys((names[0], *own))))  # for the page of keys
        action.setToolTip(row.told + (f" ({names[0]})" if names else ""))
        action.setStatusTip(row.told)
        if row.fill:
            action.setProperty("fill", row.fill)
        self._rows.addAction(action)
        self._window.addAction(action)  # its keys work where the menu is hidden, too: when projected
        return action

    def _run(self, row: Action) -> None:
        _log.debug("action %s", row.name)
        self._bridge.attempt(row.run, self._commands)
        if row.checked is not None:
            self._show_row(row, self._bridge.state)  # the press has switched it, whatever came of that

    def _show_row(self, row: Action, state: State) -> None:
        self._show_row_as(row, state, row.applies(state), self._commands.projector.on)

    def _show_row_as(self, row: Action, state: State, applies: bool, projected: bool) -> None:
        action = self.actions[row.name]
        action.setEnabled(applies and (projected or not row.projected))
        if row.checked is not None:
            action.setChecked(row.checked(state))
        if callable(row.short):
            action.setIconText(row.short(state))

    def show_live(self, *, there: bool, cells: bool, following: bool) -> None:
        """Whether live values are shown, cells may change them, and each of these refreshes the window."""
        self.actions["refresh"].setEnabled(there)
        self.actions["refresh_after_cells"].setEnabled(cells)
        self.actions["refresh_after_cells"].setChecked(following)

    def show_state(self, state: State) -> None:
        """Enable what can be done now, and say what undo would take back."""
        known: dict[Callable[[State], bool], bool] = {}  # many rows ask the same of a State
        projected = self._commands.projector.on
        for row in self._changing:
            if (applies := known.get(row.applies)) is None:
                applies = known[row.applies] = row.applies(state)
            self._show_row_as(row, state, applies, projected)
        undo, redo = state.history.undo_name, state.history.redo_name
        self.actions["undo"].setText(tr("&Undo {edit}", edit=as_shown(again(undo))) if undo else tr("&Undo"))
        self.actions["redo"].setText(tr("&Redo {edit}", edit=as_shown(again(redo))) if redo else tr("&Redo"))

    def trigger_by_place(self, event: QKeyEvent) -> bool:
        """Do what the key is for that has this place on a Latin keyboard; False where that is nothing."""
        pressed = pressed_by_place(event)
        if pressed is not None and self._commands.projector.press(pressed):
            return True
        for action in () if pressed is None else self.actions.values():
            if action.isEnabled() and pressed in action.shortcuts():
                action.trigger()
                return True
        return False

    def add_docks(self, docks: Iterable[QDockWidget], arrange: Callable[[], object]) -> None:
        """Each pane can be closed and brought back from the View menu, and all be put where they were."""
        for dock in docks:
            self.panes.addAction(dock.toggleViewAction())
        self.panes.addSeparator()
        self.panes.addAction(tr("&Arrange as at first"), arrange)

    def add_languages(self, setting: str) -> None:
        """Each language that is offered can be chosen; that of the setting is marked."""
        language_menu(self.languages, setting, self.language_chosen.emit)

    def mark_language(self, setting: str) -> None:
        """Mark that language: the one that was pressed may have been refused."""
        for action in self.languages.actions():
            if action.objectName() == f"language_{setting or 'system'}":
                action.setChecked(True)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """The recent files, newest first."""
        self.recent.clear()
        for path in paths:
            action = self.recent.addAction(visible(path.name, "�").replace("&", "&&"))
            action.setStatusTip(visible(str(path), "�"))
            action.triggered.connect(lambda _=False, path=path: self.recent_chosen.emit(path))
        self.recent.setEnabled(not self.recent.isEmpty())

    def show_thumbnails(self, look: Look) -> None:
        """Each example with a picture of its graph that can be read; one in each turn of the event loop."""
        if look == self._pictured:
            return
        self._pictured = look
        size = QSize(look.px(THUMBNAIL.width()), look.px(THUMBNAIL.height()))
        self.examples.setStyleSheet(  # an icon has the room of a square: the height of its row is told apart
            f"QMenu {{ icon-size: {size.width()}px }} QMenu::item {{ max-height: {size.height() + 4}px; "
            f"height: {size.height() + 4}px; padding: 2px {look.px(20)}px 2px {look.px(6)}px }}"
        )
        blank = QPixmap(size)
        blank.fill(Qt.GlobalColor.transparent)
        for action in self.examples.actions():
            action.setIcon(blank)  # it has its room, so that nothing moves
        self._show_thumbnail(0, size, look)

    def _show_thumbnail(self, at: int, size: QSize, look: Look) -> None:
        from micrograd_gui.views.thumbnail import thumbnail  # most never open the menu

        actions = self.examples.actions()
        if at >= len(actions) or look != self._pictured:
            return
        graph = documents.load_example(actions[at].objectName().removeprefix("example_"))
        actions[at].setIcon(thumbnail(graph, size, look, self._window.devicePixelRatioF()))
        later(self, lambda: self._show_thumbnail(at + 1, size, look))

    def documents(self) -> QMenu:
        """A menu of examples and recent files, for where the menu bar is hidden; closed, it is gone."""
        offer = QMenu(self._window)
        offer.setObjectName("hall_chooser")
        offer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offer.addActions(self.examples.actions())
        offer.addSeparator()
        offer.addActions(self.recent.actions())
        return offer


def tool_button(bar: QToolBar, action: QAction) -> QToolButton:
    """The action as a button of the bar; it says the action's short text."""
    bar.addAction(action)
    connect_once(action)
    button = bar.widgetForAction(action)
    assert isinstance(button, QToolButton)
    button.setProperty("fill", action.property("fill"))
    button.setAccessibleName(languages.without_key(action.text()))
    button.setObjectName(f"button_{action.objectName()}")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
    return button


class Toolbars:
    """The toolbars of a window: its actions for running and measuring, and the lines that are typed in."""

    def __init__(
        self,
        window: QMainWindow,
        actions: Mapping[str, QAction],
        h_line: HLine,
        expression_line: ExpressionLine,
        look: Look,
    ) -> None:
        self._window = window
        self.h_line, self.expression_line = h_line, expression_line
        self.run, self.measure = self._bar("run", tr("Run")), self._bar("measure", tr("Measure and build"))
        for name in RUN_BAR:
            tool_button(self.run, actions[name])
        tool_button(self.measure, actions["nudge"])
        self.measure.addWidget(QLabel("h ="))
        self.measure.addWidget(h_line)
        tool_button(self.measure, actions["sides"])
        tool_button(self.measure, actions["check_all"])
        self.measure.addSeparator()
        self.measure.addWidget(expression_line)
        self._tidy, self._tidy_wide = actions["tidy"], 0.0  # at text scale 1, where it has no room
        tool_button(self.measure, self._tidy)
        self._more = self._more_button()
        self.set_look(look)

    def _bar(self, name: str, title: str) -> QToolBar:
        bar = QToolBar(title, self._window)
        bar.setObjectName(f"toolbar_{name}")
        bar.setMovable(False)
        self._window.addToolBar(bar)
        more = bar.findChild(QToolButton, "qt_toolbar_ext_button")
        assert isinstance(more, QToolButton)
        more.setAccessibleName(trc("of options", "More"))  # Qt has a picture for it alone
        return bar

    def _more_button(self) -> QAction:
        """What stands at the end of a row in place of the last tool, and has it in a menu."""
        button = QToolButton(self.measure)
        button.setObjectName("more_tools")
        button.setText("»")
        button.setAccessibleName(trc("of options", "More"))
        button.setToolTip(languages.without_key(self._tidy.text()))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction(self._tidy)
        button.setMenu(menu)
        more = self.measure.addWidget(button)
        more.setVisible(False)
        return more

    def set_look(self, look: Look) -> None:
        """Give the fields and the rows of tools the room that the size of the text needs."""
        self._scale = look.scale
        self.h_line.setFixedWidth(look.px(84))
        self._line_wide = min(look.px(220), 190)  # in large text it shows less
        self.expression_line.setMinimumWidth(min(look.px(220), 140))
        if (layout := self.measure.layout()) is not None:
            layout.invalidate()  # now, or it would be asked before it has heard of either
        self.follow_width()

    def follow_width(self) -> None:
        """The window has another width, or the text another size."""
        window = self._window
        self._offer_tidy()
        room = self.run.sizeHint().width() + self.measure.sizeHint().width() - _SPARE * self._scale
        narrow = window.width() < max(NARROW * self._scale, room)  # another language may need more
        if narrow and not window.toolBarBreak(self.measure):
            window.insertToolBarBreak(self.measure)
        elif not narrow and window.toolBarBreak(self.measure):
            window.removeToolBarBreak(self.measure)

    def _offer_tidy(self) -> None:
        """Where its row has no room for the last button, a narrow one names it."""
        bar, line, scale = self.measure, self.expression_line, self._scale
        needed = bar.sizeHint().width() - line.sizeHint().width() + self._line_wide
        room = self._window.width() - needed
        if (button := bar.widgetForAction(self._tidy)) is None:
            more = bar.widgetForAction(self._more)
            if room + more.sizeHint().width() >= self._tidy_wide * scale:
                self._more.setVisible(False)
                tool_button(bar, self._tidy)
        elif room < 0:
            self._tidy_wide = button.sizeHint().width() / scale
            bar.removeAction(self._tidy)
            self._more.setVisible(True)
