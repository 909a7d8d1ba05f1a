"""Buttons that say in words what they do: with a name, a tip, and what a press does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton


def push_button(
    name: str, text: str, tip: str, run: Callable[[], object], *, by_tab: bool = False
) -> QPushButton:
    """One that is not pressed by Return in a field; ``by_tab``: a press leaves the keys where they are."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setStatusTip(tip)
    button.setAutoDefault(False)
    if by_tab:
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda: run())
    return button


def ok_and_cancel(dialog: QDialog) -> QDialogButtonBox:
    """The two that end a dialog; Return presses OK."""
    ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
    buttons = QDialogButtonBox(ok | cancel)
    buttons.button(ok).setDefault(True)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons
