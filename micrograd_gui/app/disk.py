"""The disk: a document's file is looked at, what became of it is told, and nothing is overwritten unasked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import tr
from micrograd_gui.app.context import Context
from micrograd_gui.document.history import Fingerprint, Standing
from micrograd_gui.files import looking
from micrograd_gui.files.atomic import quoted_name
from micrograd_gui.session.filed import Filing
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Paced
from micrograd_gui.views.lab.buttons import push_button
from micrograd_gui.views.theme import Look

_AFTER = 200  # milliseconds from the first sign of a change to a look: most come in swarms
Act = Callable[[], object]
Offer = tuple[str, str, Act]  # what stands on its button, the tip, and what it does


class DiskNotice(QFrame):
    """A sentence and buttons; ``show_notice`` says another one, and the line goes when it is hidden."""

    def __init__(self, name: str, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._row = QHBoxLayout(self)
        self._words = QLabel()
        self._words.setObjectName(f"{name}_words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setMinimumWidth(1)  # it is cut off before the buttons are
        self._row.addWidget(self._words, 1)
        self._buttons: list[QPushButton] = []
        self.set_look(look)
        self.hide()

    @property
    def words(self) -> str:
        """The sentence that it says."""
        return self._words.text()

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        theme, px, name = look.theme, look.px, self.objectName()
        self._row.setContentsMargins(px(12), px(3), px(6), px(3))
        self._row.setSpacing(px(8))
        self.setStyleSheet(
            f"QFrame#{name} {{ background: {theme.accent_fill}; border-bottom: 1px solid {theme.line}; }}"
            f"QFrame#{name} QPushButton {{ padding: {px(2)}px {px(10)}px; }}"
        )

    def show_notice(self, sentence: str, offers: Mapping[str, Offer]) -> None:
        """Say that; each offer is a button by its name, with its text, a tip and what it does."""
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._words.setText(f"⚠ {sentence}")
        self._words.setToolTip(sentence)
        self.setAccessibleName(sentence)
        self._buttons = []
        for name, (text, tip, act) in offers.items():
            button = push_button(name, text, tip, act, by_tab=True)
            self._row.addWidget(button)
            self._buttons.append(button)
        self.show()


class DiskWatch(QObject):
    """Looks at the file of the document where something may have changed it, and when the window is entered.

    ``reload``, ``look_at_both`` and ``save`` are what its line offers.
    """

    def __init__(self, context: Context, stage: QWidget, reload: Act, look_at_both: Act, save: Act) -> None:
        super().__init__(context.dialog_parent)
        self._context = context
        self._stage = stage
        self._offers = {
            "reload": (
                tr("Reload"),
                tr("Take what the file holds now; undo brings your graph back."),
                reload,
            ),
            "look_at_both": (
                tr("Look at both"),
                tr("Open the file as it is now in a second window."),
                look_at_both,
            ),
        }
        self._save = save
        self._notice: DiskNotice | None = None
        self._dismissed: tuple[Path | None, Standing] = (None, "same")
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self, singleShot=True, interval=_AFTER)
        self._timer.timeout.connect(self.look)
        for sign in (self._watcher.fileChanged, self._watcher.directoryChanged):
            sign.connect(lambda _: self._timer.start())
        Paced(context.bridge, 150, self).changed.connect(self._on_changed)
        self._on_changed(None, context.session.state)

    def look(self) -> None:
        """Look off the window's thread, for a disk may be far away."""
        path, disk = self._context.session.state.path, self._context.session.state.disk
        if path is not None and disk is not None:
            self._context.background.start(
                "disk",
                looking.look,
                path,
                disk.known,
                done=lambda found: self._found(path, disk.known, *found),
            )

    def look_now(self) -> Standing:
        """Look before something is done that would be wrong else."""
        path, disk = self._context.session.state.path, self._context.session.state.disk
        if path is None or disk is None:
            return "same"
        known, standing = looking.look(path, disk.known)
        self._found(path, disk.known, known, standing)
        return standing

    def _found(self, path: Path, before: Fingerprint, known: Fingerprint, standing: Standing) -> None:
        state = self._context.session.state
        if state.path == path and state.disk is not None and state.disk.known == before:
            self._context.session.room(Filing).found(known, standing)

    def _on_changed(self, _: State | None, state: State) -> None:
        wanted = [] if state.path is None else [str(state.path), str(state.path.parent)]
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if gone := [each for each in watched if each not in wanted]:
            self._watcher.removePaths(gone)
        if new := [each for each in wanted if each not in watched and os.path.exists(each)]:
            self._watcher.addPaths(new)
        standing: Standing = "same" if state.disk is None else state.disk.standing
        if standing == "same":
            self._dismissed = (None, "same")
        if standing == "same" or self._dismissed == (state.path, standing):
            if self._notice is not None:
                self._notice.hide()
        else:
            self._tell(state.path, standing)

    def _tell(self, path: Path | None, standing: Standing) -> None:
        assert path is not None
        sentence = tr("{file} is no longer there.", file=quoted_name(path))
        offers = {"save_again": (tr("Save again"), tr("Write your graph to that file."), self._save)}
        if standing == "changed":
            sentence, offers = (
                tr("{file} was changed by another window or program.", file=quoted_name(path)),
                self._offers,
            )
        if self._notice is None:
            self._notice = DiskNotice("disk", self._context.look, self._stage)
            column = self._stage.layout()
            assert isinstance(column, QVBoxLayout)
            column.insertWidget(0, self._notice)
        self._notice.set_look(self._context.look)
        if self._notice.isHidden() or not self._notice.words.endswith(sentence):
            keep = (
                tr("Not now"),
                tr("Go on; saving asks before it overwrites anything."),
                lambda: self._dismiss(path, standing),
            )
            self._notice.show_notice(sentence, {**offers, "not_now": keep})

    def _dismiss(self, path: Path, standing: Standing) -> None:
        self._dismissed = (path, standing)
        if self._notice is not None:
            self._notice.hide()


def ask_overwrite(
    parent: QWidget, path: Path, overwrite: Act, save_as: Act, reload: Act, both: Act
) -> QMessageBox:
    """The question before a file is overwritten that somebody else has written."""
    told = tr(
        "{file} was changed by another window or program since it was read here. "
        "Saving would overwrite that.",
        file=quoted_name(path),
    )
    box = QMessageBox(QMessageBox.Icon.Warning, tr("Changed on the disk"), told,
                      QMessageBox.StandardButton.Cancel, parent)  # fmt: skip
    box.setObjectName("changed_on_disk")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setInformativeText(tr("Reload takes the file's graph in place of yours; undo brings yours back."))
    acts: dict[QAbstractButton, Act] = {}
    for name, text, role, act in (
        ("overwrite", tr("&Overwrite"), QMessageBox.ButtonRole.DestructiveRole, overwrite),
        ("save_as_instead", tr("&Save as…"), QMessageBox.ButtonRole.AcceptRole, save_as),
        ("reload", tr("&Reload"), QMessageBox.ButtonRole.ActionRole, reload),
        ("look_at_both", tr("&Look at both"), QMessageBox.ButtonRole.ActionRole, both),
    ):
        button = box.addButton(text, role)
        button.setObjectName(name)
        acts[button] = act
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)

    def answered() -> None:
        act = acts.get(box.clickedButton())
        if act is not None:
            act()

    box.finished.connect(answered)
    box.open()
    return box
