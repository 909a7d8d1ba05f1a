"""DOT text → its nodes, its edges and the attributes that are asked for; without Graphviz."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from threading import Event
from typing import NamedTuple

from micrograd.language import tr
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.document.text import spoken

EDGES_AT_MOST = 5 * NODES_AT_MOST  # a few letters join all nodes of one group to all of another
_DEPTH = 100  # of groups in groups
_TOKEN = re.compile(
    r"(?P<blank>(?:\s+|//[^\n]*|/\*.*?\*/|\#[^\n]*)+)"
    r"|(?P<word>[A-Za-z_\u0080-\U0010ffff][A-Za-z_0-9\u0080-\U0010ffff]*)"
    r"|(?P<number>-?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?))"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*+")'
    r"|(?P<sign>->|--|[{}\[\];,=:+])"
    r"|(?P<html><)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(\r\n|.)", re.DOTALL)
_ANGLES = re.compile("[<>]")
_KEYWORDS = frozenset(("strict", "graph", "digraph", "node", "edge", "subgraph"))


class DotError(ValueError):
    """The text is no DOT; its message says in which line."""


class TooMuchDot(ValueError):
    """Groups in groups in groups, or more edges than are read."""


class Token(NamedTuple):
    """A word of the language: an ``id``, a ``keyword``, a ``sign`` or the ``end``; and where it begins."""

    kind: str
    text: str
    at: int


class DotScope:
    """What holds between two braces: what nodes that are made there have, and which are named there."""

    def __init__(self, around: DotScope | None = None) -> None:
        self.around = around
        self.defaults: dict[str, str] = {} if around is None else dict(around.defaults)
        self.nodes: dict[int, None] = {}
        self.groups: dict[str, DotScope] = {}  # by name: a group may be named, and filled, more than once

    def add(self, number: int) -> None:
        """The node is named here, and so in all that is around: who has it already has it there, too."""
        scope: DotScope | None = self
        while scope is not None and number not in scope.nodes:
            scope.nodes[number] = None
            scope = scope.around


class DotContent:
    """What the text says.

    Attributes:
        names: Of the nodes, in the order in which they are first named; their places are their numbers.
        attributes: Of each node, those that were asked for.
        edges: The tail and the head of each, in the order of the text.
        own: The attributes of the graph itself that were asked for.
    """

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.attributes: list[dict[str, str]] = []
        self.edges: list[tuple[int, int]] = []
        self.own: dict[str, str] = {}


def read_dot(text: str, wanted: Iterable[str], stop: Event | None = None) -> DotContent:
    """The first graph of the text, with those attributes; of a label of HTML nothing is kept.

    It ends early once ``stop`` is set. Raises DotError for what is no DOT, TooMuchDot for more than is read.
    The grammar is that of https://graphviz.org/doc/info/lang.html
    """
    parser = _Grammar(text, frozenset(wanted), stop)
    parser.graph()
    return parser.made


class _Grammar:
    """Descends through the grammar; one token is looked at ahead."""

    def __init__(self, text: str, wanted: frozenset[str], stop: Event | None) -> None:
        self.text, self.wanted, self.stop = text, wanted, stop
        self.made = DotContent()
        self.joined: set[tuple[int, int, str | None]] = (
            set()
        )  # edges of which there is one alone, with their keys
        self.strict = self.directed = False
        self.depth = 0
        self.pairs = 0  # of nodes that were to be joined, whether they were already or not
        self._tokens = self._read()
        self.next = next(self._tokens)

    # Tokens ----------------------------------------------------------------------------------

    def _read(self) -> Iterator[Token]:
        text, at = self.text, 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise self._error(at, text[at])
            kind, shown, begun, at = found.lastgroup, found[0], at, found.end()
            if kind == "blank":
                continue
            if kind == "html":
                yield Token("id", "", begun)
                at = self._behind_html(begun)
            elif kind == "quoted":
                yield Token("quoted", _ESCAPED.sub(_unescaped, shown[1:-1]), begun)
            elif kind == "word" and shown.lower() in _KEYWORDS:
                yield Token("keyword", shown.lower(), begun)
            else:
                yield Token("sign" if kind == "sign" else "id", shown, begun)
        yield Token("end", "", at)

    def _behind_html(self, at: int) -> int:
        depth = 0
        for found in _ANGLES.finditer(self.text, at):
            depth += 1 if found[0] == "<" else -1
            if depth == 0:
                return found.end()
        raise self._error(at, "<")

    def _error(self, at: int, near: str) -> DotError:
        line = self.text.count("\n", 0, at) + 1
        if near:
            return DotError(tr("syntax error in line {line} near “{near}”.", line=line, near=spoken(near)))
        return DotError(tr("syntax error in line {line}.", line=line))

    def take(self) -> Token:
        """The next token; the one behind it is looked at from now on."""
        taken = self.next
        if taken.kind != "end":
            self.next = next(self._tokens)
        return taken

    def took(self, *signs: str) -> bool:
        """Whether the next token is one of these, which are signs or keywords; then it is taken."""
        if self.next.kind in ("sign", "keyword") and self.next.text in signs:
            self.take()
            return True
        return False

    def need(self, sign: str) -> None:
        """Take that sign. Raises DotError where another one comes."""
        if not self.took(sign):
            raise self._error(self.next.at, self.next.text)

    def id(self) -> str:
        """Take a name, or a text of several parts. Raises DotError where none comes."""
        token = self.take()
        if token.kind not in ("id", "quoted"):
            raise self._error(token.at, token.text)
        parts = [token.text]
        while token.kind == "quoted" and self.took("+"):
            more = self.take()
            if more.kind != "quoted":
                raise self._error(more.at, more.text)
            parts.append(more.text)
        return "".join(parts)

    # The grammar -----------------------------------------------------------------------------

    def graph(self) -> None:
        """``[strict] (graph | digraph) [ID] { … }``"""
        self.strict = self.took("strict")
        self.directed = self.next.text == "digraph"
        if not self.took("graph", "digraph"):
            raise self._error(self.next.at, self.next.text)
        if self.next.kind in ("id", "quoted"):
            self.id()
        self.statements(DotScope(), root=True)

    def statements(self, scope: DotScope, *, root: bool = False) -> None:
        """``{ … }``"""
        if self.depth > _DEPTH:
            raise TooMuchDot
        self.depth += 1
        self.need("{")
        while not self.took("}"):
            if self.stop is not None and self.stop.is_set():
                return
            self.statement(scope, root)
            while self.took(";"):
                pass
        self.depth -= 1

    def statement(self, scope: DotScope, root: bool) -> None:
        """Attributes of what comes, one of the graph, a node, a group, or edges between these."""
        if self.next.kind == "keyword" and self.next.text in ("graph", "node", "edge"):
            kind, found = self.take().text, dict(self.attributes(needed=True))
            if kind == "node":
                scope.defaults |= found
            elif kind == "graph" and root:
                self.made.own |= found
            return
        if self.next.text in ("{", "subgraph") and self.next.kind in ("sign", "keyword"):
            self.edges(scope, self.group(scope))
            return
        name = self.id()
        if self.took("="):
            value = self.id()
            if root and name in self.wanted:
                self.made.own[name] = value
            return
        node = self.node(name, scope)
        if self.next.text in ("->", "--"):
            self.edges(scope, {node: None})
        else:
            self.made.attributes[node].update(self.attributes())

    def node(self, name: str, scope: DotScope) -> int:
        """The node of that name, and behind it the port of an edge, which is of no use here."""
        for _ in range(2):
            if self.took(":"):
                self.id()
        made = self.made
        number = made.names.setdefault(name, len(made.names))
        if number == len(made.attributes):
            made.attributes.append(dict(scope.defaults))
        scope.add(number)
        return number

    def group(self, scope: DotScope) -> dict[int, None]:
        """``[subgraph [ID]] { … }``, or one that is named once more. Gives its nodes, as they will be."""
        named = self.took("subgraph") and self.next.kind in ("id", "quoted")
        name = self.id() if named else None
        inner = DotScope(scope) if name is None else scope.groups.setdefault(name, DotScope(scope))
        if name is None or self.next.text == "{":
            self.statements(inner)
        return inner.nodes

    def edges(self, scope: DotScope, first: dict[int, None]) -> None:
        """``-> … -> … [ … ]``, from each of the nodes to each of the next ones."""
        sign, ends = "->" if self.directed else "--", [first]
        while self.next.text in ("->", "--") and self.next.kind == "sign":
            self.need(sign)
            if self.next.text in ("{", "subgraph") and self.next.kind in ("sign", "keyword"):
                ends.append(self.group(scope))
            else:
                ends.append({self.node(self.id(), scope): None})
        key = dict(self.attributes(also="key")).get("key")
        self.pairs += sum(len(tails) * len(heads) for tails, heads in pairwise(ends))
        if self.pairs > EDGES_AT_MOST:
            raise TooMuchDot
        for tails, heads in pairwise(ends):
            self.made.edges += [
                (tail, head) for tail in tails for head in heads if self.is_new(tail, head, key)
            ]

    def is_new(self, tail: int, head: int, key: str | None) -> bool:
        """Whether there is no such edge yet: of one key there is one alone, in a strict graph of all."""
        if not self.strict and key is None:
            return True
        asked = {(tail, head, None if self.strict else key), (tail, head, key)}
        if not self.directed:
            asked.add((head, tail, key))
        if asked & self.joined:
            return False
        self.joined |= {(tail, head, key), (tail, head, None)}
        return True

    def attributes(self, *, needed: bool = False, also: str = "") -> Iterator[tuple[str, str]]:
        """``[ID = ID, …] …``; gives those that are wanted. Raises DotError where none is but must be."""
        if needed and self.next.text != "[":
            raise self._error(self.next.at, self.next.text)
        while self.took("["):
            while not self.took("]"):
                name = self.id()
                self.need("=")
                value = self.id()
                if name in self.wanted or name == also:
                    yield name, value
                _ = self.took(",", ";")


def _unescaped(found: re.Match[str]) -> str:
    """A quotation mark is itself, a line that goes on has no end; all else stays for who draws the text."""
    return {'"': '"', "\n": "", "\r\n": ""}.get(found[1], found[0])
