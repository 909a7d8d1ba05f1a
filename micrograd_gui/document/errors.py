"""Refusal: something a user asked for that cannot be, said in one sentence."""

from __future__ import annotations


class Refusal(Exception):
    """A request that is turned down; ``str(error)`` is a sentence fit for the status bar.

    The document is as it was before the request. ``node`` names the place, where there is one.
    """

    def __init__(self, sentence: str, node: int | None = None) -> None:
        super().__init__(sentence)
        self.node = node


class FileRefusal(Refusal):
    """A file that cannot be read or written; the sentence names the file and the field."""


class ExpressionRefusal(Refusal):
    """An expression that cannot be understood; ``line`` and ``column`` count from 1."""

    def __init__(self, sentence: str, line: int = 1, column: int = 1) -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column
