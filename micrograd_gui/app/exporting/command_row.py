"""CommandRow: the command that does the same as the dialog, to copy, and in what it would do otherwise."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from micrograd.language import N_, tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.exporting.command import Command, command_of, found_otherwise
from micrograd_gui.app.exporting.request import ExportRequest
from micrograd_gui.export.formats import Form
from micrograd_gui.views.background import Newest
from micrograd_gui.views.hands import from_left

SAME = N_("This command makes the same file, byte for byte.")
_LOOKING = N_("Looking whether this command makes the same file …")
_REFUSED = N_("This command makes no file either: it is refused for the same reason.")
_PAUSE = 200  # milliseconds


class CommandRow(QWidget):
    """A line that can be read and copied, never typed in; below it what is known of it."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._newest = Newest(context.background, "export command", _PAUSE, self)  # as in code
        label = QLabel(tr("Co&mmand"), self)
        self.line = QLineEdit(self)
        self.line.setObjectName("command")
        self.line.setAccessibleName(tr("The command that does the same"))
        self.line.setReadOnly(True)
        from_left(self.line)
        self.line.setFont(context.look.font(13, mono=True))
        label.setBuddy(self.line)
        self.button = QPushButton(tr("Cop&y"), self)
        self.button.setObjectName("copy_command")
        self.button.setToolTip(tr("Put the command on the clipboard, for a terminal or a Makefile."))
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._copy)
        self.note = QLabel(self)
        self.note.setObjectName("command_note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setProperty("muted", True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.line, 0, 1)
        grid.addWidget(self.button, 0, 2)
        grid.addWidget(self.note, 1, 1, 1, 2)

    def show_for(self, request: ExportRequest, form: Form, name: str) -> None:
        """The command of that request; whether it does the same is found out behind the window."""
        command = command_of(request, form, name)
        self._show(command)
        if command.otherwise:
            self._newest.drop()
            self._tell(command.otherwise)
        else:
            self.note.setText(tr(_LOOKING))
            self._newest.ask(partial(found_otherwise, request, form, command), self._tell, self._give_up)

    def clear(self) -> None:
        """What is chosen cannot be: no command makes it either."""
        self._newest.drop()
        self.line.clear()
        self.note.clear()
        self.button.setEnabled(False)

    def refuse(self) -> None:
        """What is chosen turned out to be refused: the command is, too."""
        self._newest.drop()
        if not self.note.text().startswith("⚠"):
            self.note.setText(tr(_REFUSED))

    def drop(self) -> None:
        """Nobody wants to know any more."""
        self._newest.drop()

    def _show(self, command: Command) -> None:
        self.line.setText(command.text)
        self.line.setCursorPosition(0)
        self.button.setEnabled(True)
        self.button.setText(tr("Cop&y"))

    def _tell(self, otherwise: str) -> None:
        self.note.setText(f"⚠ {otherwise}" if otherwise else tr(SAME))

    def _give_up(self, error: Exception) -> None:
        """It is refused, which the dialog says."""
        self.note.setText(str(error))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.line.text())
        self.button.setText(tr("Copied"))
