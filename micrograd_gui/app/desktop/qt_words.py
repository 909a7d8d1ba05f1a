"""Words of Qt's own dialogs that its catalogues of some languages lack, from ours."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QTranslator

from micrograd.language import N_, tr

_LACKING = frozenset((N_("&Look in:"), N_("Files of &type:"), N_("Folder"), N_("Drive")))
_OF = ("QFileDialog", "QAbstractFileIconProvider")


class LackingWords(QTranslator):
    """What is asked when no catalogue of Qt's had the word, in the language in use."""

    def translate(self, context: str, source: str, /, disambiguation: str | None = None, n: int = -1) -> str:
        if context in _OF and source in _LACKING:
            return tr(source)
        return cast(str, None)  # as Qt says that there is no translation; "" would be an empty one

    def isEmpty(self) -> bool:
        return False
