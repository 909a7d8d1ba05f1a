"""Refusal: something a user asked for that cannot be, said in one sentence."""

from __future__ import annotations

from collections.abc import Callable


class Refusal(Exception):
    """A request that is turned down; ``str(error)`` is a sentence fit for the status bar.

    The document is as it was before the request. ``node`` names the place, where there is one.
    """

    def __init__(self, sentence: str, node: int | None = None) -> None:
        super().__init__(sentence)
        self.node = node


class FileRefusal(Refusal):
    """A file that cannot be read or written; the sentence names the file and the field."""


class OptionRefusal(Refusal):
    """What is given for an option cannot be; the sentence begins with the option's name as a keyword."""

    def __init__(self, options: str | tuple[str, ...], rest: str) -> None:
        self.options = (options,) if isinstance(options, str) else options
        self.rest = rest
        super().__init__(self.naming(str))

    def naming(self, name: Callable[[str], str]) -> str:
        """The sentence, with each option called as that says: the command line says flags."""
        return f"{' and '.join(map(name, self.options))} {self.rest}"


class ExpressionRefusal(Refusal):
    """An expression that cannot be understood; ``line`` and ``column`` count from 1."""

    def __init__(self, sentence: str, line: int = 1, column: int = 1) -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column
