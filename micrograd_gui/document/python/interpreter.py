"""Interpreter: walks through the statements of a cell, within bounds; nothing of it is ever executed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from micrograd.engine import Value
from micrograd.language import tr
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.notation.source import SourceText
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.attributes import item_of, set_item_of
from micrograd_gui.document.python.classes import class_of, decorated, own_text
from micrograd_gui.document.python.control import ERRORS, CellRefusal, entered, matched, raised, tried
from micrograd_gui.document.python.display import Display
from micrograd_gui.document.python.expressions import Expressions, told_by_python
from micrograd_gui.document.python.known.imports import imported, told_pictures
from micrograd_gui.document.python.limits import LETTERS, Endless, Meter, Wrong
from micrograd_gui.document.python.objects import (
    Chance,
    Function,
    Instance,
    Once,
    PassedOver,
    Scope,
    Thrown,
)
from micrograd_gui.document.python.traced import Traced, named
from micrograd_gui.document.python.training.watching import Watcher
from micrograd_gui.document.python.value_class import ValueClass
from micrograd_gui.document.text import spoken

_RETURN, _BREAK, _CONTINUE = "return", "break", "continue"
# How statements begin that are called otherwise in `ast`.
_WRITTEN = {
    "AsyncFunctionDef": "async def",  # as in code
    "AsyncFor": "async for",  # as in code
    "AsyncWith": "async with",  # as in code
    "TryStar": "except*",
    "TypeAlias": "type",
}


class Interpreter:
    """Goes through one cell.

    Attributes:
        scope: the names of the document, which the cell changes.
        source: the text whose tree is walked just now.
        meter: what it may still do.
        spoken_of: the Value or number that was spoken of last: the target.
        assigned: the names that the cell itself has given something, in order.
        printed: what it has printed, piece by piece.
        passed_over, notes: the line and the words of what was passed over; sentences on what is otherwise.
        watcher: who is told of what is done by hand to data and grads.
        values: the class of Values that a cell has written itself; None: none has.
        walked: the functions of it that are gone through just now, by name.
        caught, entered, yielded: the errors that are handled, the functions that are gone through, with their
            first operand and their names, and what these have yielded, the innermost last.
    """

    def __init__(self, source: SourceText, scope: Scope, chance: Chance, meter: Meter) -> None:
        self.source, self.scope, self.chance, self.meter = source, scope, chance, meter
        self.home = source
        self.spoken_of: Any = None
        self.assigned: dict[str, None] = {}
        self.printed: list[str] = []
        self.letters = 0
        self.passed_over: list[tuple[int, str]] = []
        self.notes: list[str] = []
        known = scope.outermost.names.values()
        self.values = next((each for each in reversed(known) if isinstance(each, ValueClass)), None)
        self.walked: list[str] = []
        self.caught: list[Wrong] = []
        self.entered: list[tuple[Function, Any, Scope]] = []
        self.yielded: list[list[Any] | Callable[[Any], None] | None] = []
        self.watcher = Watcher(self, self.note)
        self.display = Display(lambda thing, as_text: own_text(self, thing, as_text))
        self.expressions = Expressions(self)
        self.evaluate, self.call, self.binary = (
            self.expressions.evaluate,
            self.expressions.call,
            self.expressions.binary,
        )
        self.attribute, self.set_attribute = self.expressions.attribute, self.expressions.set_attribute
        self.truth, self.compared = self.expressions.truth, self.expressions.compared
        self.call_own = self.expressions.call_own
        self.iterable, self.builtin = self.expressions.iterable, self.expressions.builtin
        self.returned: Any = None
        self.without_grads = False  # within ``torch.no_grad()``
        self.at: ast.stmt = ast.Pass()  # the statement of the cell itself that is gone through
        self._statements: dict[type[ast.stmt], Callable[[Any, Scope], str | None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.For: self._for,
            ast.While: self._while,
            ast.If: self._if,
            ast.FunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Return: self._return,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.Assert: self._assert,
            ast.Delete: self._delete,
            ast.Global: self._global,
            ast.With: self._with,
            ast.Try: lambda each, scope: tried(self, each, scope),
            ast.Raise: self._raise,
            ast.Nonlocal: self._nonlocal,
            ast.Match: lambda each, scope: matched(self, each, scope),
            ast.Pass: lambda each, scope: None,
            ast.Break: lambda each, scope: _BREAK,
            ast.Continue: lambda each, scope: _CONTINUE,
        }

    @property
    def random(self) -> Any:
        """The generator behind ``random``."""
        return self.chance.random

    def cell(self, statements: Sequence[ast.stmt]) -> None:
        """Go through all of it; raises ExpressionRefusal, which names line and column."""
        try:
            for each in statements:
                self.source.refuse_decimal_comma(each)
                printed = len(self.printed)
                self.statement(each, self.scope)
                learned = self.watcher.learned
                if learned is not None and not learned.whole:
                    self._forget_the_loop(each, printed)
                    break
        except (RecursionError, MemoryError):
            raise self.refusal(each, tr("this is nested too deeply")) from None

    def _forget_the_loop(self, loop: ast.stmt, printed: int) -> None:
        """The loop was left before its end: what it printed and assigned is of no moment that is shown."""
        del self.printed[printed:]
        given = {each.id for each in ast.walk(loop) if isinstance(each, ast.Name) and not _is_read(each)}
        for name in given:
            self.scope.names.pop(name, None)
            self.assigned.pop(name, None)

    def note(self, sentence: str) -> None:
        """A sentence on what is otherwise than it is written, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    # Statements ------------------------------------------------------------------------------

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> str | None:
        """The statements one after the other, until one of them leads elsewhere."""
        for each in statements:
            leads = self.statement(each, scope)
            if leads is not None:
                return leads
        return None

    def statement(self, each: ast.stmt, scope: Scope) -> str | None:
        """One statement; what it gives says where it leads to. Raises ExpressionRefusal."""
        known = self._statements.get(type(each))
        if known is None:
            name = type(each).__name__
            word = _WRITTEN.get(name, name.lower())
            raise self.refusal(each, tr("“{word}” is not understood here", word=word))
        try:
            self.meter.step()
            if scope is self.scope:
                self.at = each
            return known(each, scope)
        except Wrong as wrong:
            raise self.refused(each, wrong) from None
        except (TypeError, ValueError, IndexError) as error:  # of what is put somewhere, as numpy's
            raise self.refused(each, told_by_python(error)) from None

    def refusal(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        """The sentence, said of that part of the text."""
        return self.source.refusal_as_told(where, sentence)

    def refused(self, where: ast.AST, wrong: Wrong) -> ExpressionRefusal:
        """The same of what was found wrong there."""
        found = self.refusal(where, str(wrong))
        return CellRefusal(str(found), found.line, found.column, wrong)

    def write(self, text: str) -> None:
        """The text is printed."""
        self.letters += len(text)
        if self.letters > LETTERS:
            raise Endless(tr("this prints more than {most:,} letters", most=LETTERS))
        self.printed.append(text)

    @staticmethod
    def is_endless(refusal: BaseException) -> bool:
        """Whether it says that something goes on for too long."""
        return isinstance(refusal, CellRefusal) and isinstance(refusal.wrong, Endless)

    def pass_over(self, where: ast.AST, what: str) -> None:
        """That part of the cell is passed over, and listed."""
        if self.source is self.home and len(self.passed_over) < 200:
            line = self.source.line_of(where)
            if (line, what) not in self.passed_over:
                self.passed_over.append((line, what))

    def speak_of(self, thing: Any, scope: Scope) -> None:
        """The thing is what the cell is about, unless something else follows."""
        value = isinstance(thing, Value)
        if scope is self.scope and (value or (_is_computed(thing) and not isinstance(self.spoken_of, Value))):
            self.spoken_of = thing

    def _expression(self, each: ast.Expr, scope: Scope) -> None:
        if isinstance(each.value, ast.Constant) and isinstance(each.value.value, str):
            return
        self.expressions.pictured(each.value, scope)
        out = self.evaluate(each.value, scope)
        if isinstance(out, PassedOver):
            self.pass_over(each, self.source.spoken(each))
        self.speak_of(out, scope)
        shown = scope is self.scope and each is self.expressions.last
        if shown and out is not None and not isinstance(out, PassedOver):
            self.write(f"{self.display.code(out)}\n")

    def _assign(self, each: ast.Assign, scope: Scope) -> None:
        out = self.evaluate(each.value, scope)
        if isinstance(out, PassedOver):
            self.pass_over(each, self.source.spoken(each))
        for target in each.targets:
            self.bind(target, out, scope)

    def _annotated(self, each: ast.AnnAssign, scope: Scope) -> None:
        if each.value is not None:
            self.bind(each.target, self.evaluate(each.value, scope), scope)

    def bind(self, target: ast.expr, thing: Any, scope: Scope) -> None:
        """The target stands for that, or takes it apart; raises ExpressionRefusal."""
        match target:
            case ast.Name(id=name):
                self.set_name(name, thing, scope)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                self._take_apart(target, parts, thing, scope)
            case ast.Attribute():
                self.set_attribute(self.evaluate(target.value, scope), target.attr, thing)
            case ast.Subscript():
                holder = self.evaluate(target.value, scope)
                set_item_of(self, holder, self.evaluate(target.slice, scope), thing)
            case _:
                raise self.refusal(target, tr("nothing can be given to this"))

    def set_name(self, name: str, thing: Any, scope: Scope, *, by_loop: bool = False) -> None:
        """The name stands for that from here on; what a loop goes through is not spoken of."""
        if name in scope.globals:
            scope = self.scope.outermost
        elif name in scope.outside:
            while name in scope.outside or name not in scope.names:
                assert scope.outer is not None
                scope = scope.outer
        self.meter.hold(1)
        if scope is self.scope:
            thing = named(thing, name)
            self.assigned.pop(name, None)
            self.assigned[name] = None
            if not by_loop:
                self.speak_of(thing, scope)
        scope.names[name] = thing

    def _take_apart(self, where: ast.expr, parts: list[ast.expr], thing: Any, scope: Scope) -> None:
        if isinstance(thing, PassedOver):
            for each in parts:
                self.bind(each, thing, scope)
            return
        things = list(self._at_most(self.iterable(thing), LETTERS))
        stars = [at for at, each in enumerate(parts) if isinstance(each, ast.Starred)]
        if stars:
            rest = len(things) - len(parts) + 1
            if rest < 0 or len(stars) > 1:
                raise self.refusal(where, tr("there are fewer things than names"))
            at = stars[0]
            things[at : at + rest] = [things[at : at + rest]]
        if len(things) != len(parts):
            raise self.refusal(
                where,
                tr("{things} things cannot be given to {names} names", things=len(things), names=len(parts)),
            )
        for part, each in zip(parts, things, strict=True):
            self.bind(part.value if isinstance(part, ast.Starred) else part, each, scope)

    def _at_most(self, thing: Any, many: int) -> Any:
        found = places.items(thing, self.meter)
        self.meter.hold(min(len(found), many + 1))  # type: ignore[arg-type]  # what has items has a length
        if len(found) > many:  # type: ignore[arg-type]
            raise Endless(tr("these are too many things to be given names"))
        return found

    def _augmented(self, each: ast.AugAssign, scope: Scope) -> None:
        sign = ops.SIGNS[type(each.op)]
        match each.target:
            case ast.Name():
                before = self.evaluate(ast.copy_location(ast.Name(each.target.id), each.target), scope)
                new = self._added_to(before, sign, self.evaluate(each.value, scope))
                self.set_name(each.target.id, new, scope)
            case ast.Attribute(value=of, attr=field):
                holder = self.evaluate(of, scope)
                before = self.attribute(holder, field)
                new = self._added_to(before, sign, self.evaluate(each.value, scope))
                self.set_attribute(holder, field, new)
            case ast.Subscript(value=of, slice=place):
                holder, at = self.evaluate(of, scope), self.evaluate(place, scope)
                new = self._added_to(item_of(self, holder, at), sign, self.evaluate(each.value, scope))
                set_item_of(self, holder, at, new)

    def _with(self, each: ast.With, scope: Scope) -> str | None:
        before = self.without_grads
        self.without_grads = before or any(
            "no_grad" in self.source.quoted(one.context_expr) for one in each.items
        )
        try:
            return entered(self, each, scope)
        finally:
            self.without_grads = before

    def _added_to(self, before: Any, sign: str, change: Any) -> Any:
        if isinstance(before, Instance) and (own := before.of.find(ops.IN_PLACE.get(sign, ""))) is not None:
            return self.call(own, [before, change], {})
        if sign == "+" and isinstance(before, list) and not ops.is_array(change):
            things = list(self._at_most(self.iterable(change), 10 * LETTERS))
            before.extend(things)
            return before
        if self.without_grads and isinstance(before, Value) and not before._prev:
            changed = self.binary(sign, before, change)  # a tensor of one number: it stays, of another number
            self.set_attribute(before, "data", getattr(changed, "data", changed))
            return before
        return places.into(before, sign, self.binary(sign, before, change))

    # What is gone through more than once ------------------------------------------------------

    def _for(self, each: ast.For, scope: Scope) -> str | None:
        try:
            given = self.iterable(self.evaluate(each.iter, scope))
            things = given.turns() if isinstance(given, Once) else places.items(given, self.meter)
        except Wrong as wrong:
            raise self.refused(each.iter, wrong) from None
        turns: int = len(given.things) if isinstance(given, Once) else len(things)  # type: ignore[arg-type]
        with self.watcher.loop(scope, turns) as watched:
            for thing in list(things) if isinstance(things, list) else things:
                if isinstance(each.target, ast.Name):
                    self.set_name(each.target.id, thing, scope, by_loop=True)
                else:
                    self.bind(each.target, thing, scope)
                leads = self.block(each.body, scope)
                if leads == _BREAK:
                    return None
                if leads == _RETURN:
                    return leads
                watched.turn()
        return self.block(each.orelse, scope)

    def _while(self, each: ast.While, scope: Scope) -> str | None:
        with self.watcher.loop(scope, None) as watched:
            while self.expressions.truth(self.evaluate(each.test, scope)):
                leads = self.block(each.body, scope)
                if leads == _BREAK:
                    return None
                if leads == _RETURN:
                    return leads
                watched.turn()
        return self.block(each.orelse, scope)

    def _if(self, each: ast.If, scope: Scope) -> str | None:
        match each.test:
            case ast.Compare(left=ast.Name(id="__name__")):
                return self.block(each.body, scope)
        holds = self.expressions.truth(self.evaluate(each.test, scope))
        return self.block(each.body if holds else each.orelse, scope)

    # What is defined --------------------------------------------------------------------------

    def _function(self, each: ast.FunctionDef, scope: Scope) -> None:
        if scope is self.scope and told_pictures(each):
            self.pass_over(each, f"def {each.name}")  # as in code
            scope.names[each.name] = PassedOver(each.name)
            return
        made = self.expressions.function(each.name, each.args, each.body, scope)
        scope.names[each.name] = decorated(self, each, made, scope) if each.decorator_list else made
        if scope is self.scope:
            self.assigned[each.name] = None

    def _class(self, each: ast.ClassDef, scope: Scope) -> None:
        scope.names[each.name] = new = class_of(self, each, scope)
        if scope is self.scope:
            self.assigned[each.name] = None
        if isinstance(new, ValueClass):
            self.values = new

    def value_class(self) -> ValueClass:
        """The class of Values of the document, to be given something of its own."""
        if self.values is None:
            self.values = self.scope.outermost.names["Value"] = ValueClass("Value", {})
        return self.values

    def _return(self, each: ast.Return, scope: Scope) -> str:
        if scope is self.scope:
            raise self.refusal(each, tr("there is no function here to return from"))
        self.returned = None if each.value is None else self.evaluate(each.value, scope)
        return _RETURN

    # The rest ---------------------------------------------------------------------------------

    def _import(self, each: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for name, thing in imported(each):
            scope.names[name] = thing
        self.pass_over(each, self.source.spoken(each))

    def _assert(self, each: ast.Assert, scope: Scope) -> None:
        if not self.expressions.truth(self.evaluate(each.test, scope)):
            said = () if each.msg is None else (self.evaluate(each.msg, scope),)
            told = tr("this assertion does not hold")
            if said:
                text = self.display.text(said[0])[:80]
                told = tr("this assertion does not hold: {text}", text=text)
            thrown = Thrown(ERRORS["AssertionError"], said)
            raise Wrong(told, AssertionError, thrown)

    def _delete(self, each: ast.Delete, scope: Scope) -> None:
        for target in each.targets:
            match target:
                case ast.Subscript(value=of, slice=place):
                    places.remove(self.evaluate(of, scope), self.evaluate(place, scope), self.meter)
                case ast.Attribute(value=of, attr=name):
                    thing = self.evaluate(of, scope)
                    if not isinstance(thing, Instance) or vars(thing).pop(name, thing) is thing:
                        raise self.refusal(target, tr("it has no {name} to be deleted", name=spoken(name)))
                case ast.Name(id=name) if scope.names.pop(name, scope) is not scope:
                    pass
                case _:
                    raise self.refusal(target, tr("there is no such name to be deleted"))

    def _global(self, each: ast.Global, scope: Scope) -> None:
        scope.globals = scope.globals | frozenset(each.names)

    def _nonlocal(self, each: ast.Nonlocal, scope: Scope) -> None:
        for name in each.names:
            outer = scope.outer
            while outer is not None and outer.outer is not None and name not in outer.names:
                outer = outer.outer
            if outer is None or outer.outer is None:
                raise self.refusal(
                    each, tr("no function around this one has a name {name}", name=spoken(name))
                )
        scope.outside = scope.outside | frozenset(each.names)

    def _raise(self, each: ast.Raise, scope: Scope) -> None:
        raise raised(self, each, scope)


def _is_computed(thing: Any) -> bool:
    return isinstance(thing, Traced) and (thing.op is not None or bool(thing.label))


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)
