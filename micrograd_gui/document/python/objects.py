"""What names stand for besides numbers, texts and lists: functions, classes, objects, libraries."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from micrograd.language import tr
from micrograd_gui.document.python.limits import Meter, Wrong
from micrograd_gui.document.text import spoken

if TYPE_CHECKING:
    from micrograd_gui.document.errors import ExpressionRefusal
    from micrograd_gui.document.notation.source import SourceText


SEED = 1337  # where a cell draws without having said one


class Chance:
    """Both generators, and whether somebody has seeded them.

    ``drawn``: something was drawn before a seed was said, ``told``: that has been said.
    """

    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.seeded = self.drawn = self.told = False
        self._numpy: Any = None

    def numpy_seed(self, seed: int) -> None:
        """As ``np.random.seed``."""
        import numpy as np

        self._numpy = np.random.RandomState(seed)

    def numpy_generator(self) -> Any:
        """Numpy's older generator, which ``np.random.uniform`` and the like draw from."""
        if self._numpy is None:
            self.numpy_seed(SEED)
            self.drawn = True
        return self._numpy


class Running(Protocol):
    """What the functions that every cell knows ask of the Interpreter that goes through one."""

    source: SourceText
    scope: Scope
    meter: Meter
    chance: Chance
    display: Any
    watcher: Any
    spoken_of: Any
    returned: Any
    at: ast.stmt
    values: Any
    walked: list[str]
    caught: list[Wrong]
    entered: list[tuple[Function, Any, Scope]]
    yielded: list[list[Any] | Callable[[Any], None] | None]

    @property
    def random(self) -> random.Random:
        """The generator behind ``random``."""

    def write(self, text: str) -> None:
        """The text is printed."""

    def note(self, sentence: str) -> None:
        """A sentence on what is otherwise than it is written, once."""

    def call(self, called: Any, args: list[Any], words: dict[str, Any]) -> Any:
        """What calling something gives."""

    def call_own(self, called: Function, args: list[Any], words: dict[str, Any], at: Any = None) -> Any:
        """The same of a function of a cell; ``at`` is called with what it yields."""

    def binary(self, sign: str, x: Any, y: Any) -> Any:
        """``x sign y``."""

    def truth(self, thing: Any) -> bool:
        """Whether it counts as true."""

    def compared(self, sign: ast.cmpop, left: Any, right: Any) -> Any:
        """``left sign right``."""

    def iterable(self, thing: Any) -> Any:
        """The thing, or what an object's own ``__iter__`` gives."""

    def builtin(self, name: str) -> Any:
        """The function that every cell knows by that name."""

    def attribute(self, thing: Any, name: str) -> Any:
        """``thing.name``, from a list of what is safe."""

    def set_attribute(self, thing: Any, name: str, new: Any) -> None:
        """``thing.name = new``, as far as that can be."""

    def evaluate(self, each: ast.expr, scope: Scope) -> Any:
        """What a part of the text gives."""

    def statement(self, each: ast.stmt, scope: Scope) -> str | None:
        """One statement; what it gives says where it leads to."""

    def pass_over(self, where: ast.AST, what: str) -> None:
        """That part of the cell is passed over, and listed."""

    def bind(self, target: ast.expr, thing: Any, scope: Scope) -> None:
        """The target stands for that, or takes it apart."""

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> str | None:
        """The statements one after the other; what it gives says where they lead to."""

    def speak_of(self, thing: Any, scope: Scope) -> None:
        """The thing is what the cell is about, unless something else follows."""

    def refusal(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        """The sentence, said of that part of the text."""

    def refused(self, where: ast.AST, wrong: Wrong) -> ExpressionRefusal:
        """The same of what was found wrong there."""

    def value_class(self) -> Any:
        """The class of Values of the document, to be given something of its own."""

    def is_endless(self, refusal: BaseException) -> bool:
        """Whether it says that something goes on for too long."""


class Lasting:
    """What never changes, and so is its own copy."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self


class Scope:
    """The names of a cell, a call or a comprehension, and those around it; None: of the whole document."""

    __slots__ = ("names", "outer", "globals", "outside")

    def __init__(self, outer: Scope | None = None, names: dict[str, Any] | None = None) -> None:
        self.names: dict[str, Any] = {} if names is None else names
        self.outer = outer
        self.globals: frozenset[str] = frozenset()  # those that are set in the document itself
        self.outside: frozenset[str] = frozenset()  # those that are set in a function around

    @property
    def outermost(self) -> Scope:
        """That of the document."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def find(self, name: str) -> Any:
        """What the name stands for; raises KeyError."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        raise KeyError(name)


class Builtin(Lasting):
    """A function that every cell knows, or a method of something: ``call(interpreter, args, words)``."""

    def __init__(self, name: str, call: Callable[[Running, list[Any], dict[str, Any]], Any]) -> None:
        self.name, self.call = name, call


class Bound(Builtin):
    """A method of something that changes, such as a list: ``of(interpreter, thing, args, words)``."""

    def __init__(
        self, name: str, of: Callable[[Running, Any, list[Any], dict[str, Any]], Any], thing: Any
    ) -> None:
        super().__init__(name, lambda run, args, words: of(run, thing, args, words))
        self.of, self.thing = of, thing

    def __deepcopy__(self, memo: dict[int, Any]) -> Bound:
        return Bound(self.name, self.of, deepcopy(self.thing, memo))


class Partial:
    """``partial(f, 3)``: what it calls, and what it gives before and beside what else is given."""

    def __init__(self, function: Any, args: list[Any], words: dict[str, Any]) -> None:
        self.function, self.args, self.words = function, args, words


class Library(Lasting):
    """``math``, ``np`` and the like: a table of functions and numbers; ``called``: what calling it does."""

    def __init__(self, name: str, parts: Mapping[str, Any], called: Builtin | None = None) -> None:
        self.name, self.parts, self.called = name, parts, called

    def part(self, name: str) -> Any:
        """What it has by that name; raises Wrong."""
        if name in self.parts:
            return self.parts[name]
        raise Wrong(tr("{name} is not known here", name=f"{self.name}.{spoken(name)}"))


class PassedOver(Lasting):
    """What a plot, a picture or an unknown library gives: nothing, whatever is asked of it."""

    def __init__(self, name: str) -> None:
        self.name = name[:80]


class ErrorKind(Lasting):
    """An error of Python's own, such as ValueError, by which errors are raised and caught."""

    def __init__(self, name: str, kind: type[BaseException]) -> None:
        self.name, self.kind = name, kind


class Thrown:
    """An error that is raised, and what it was given."""

    def __init__(self, of: ErrorKind, args: tuple[Any, ...]) -> None:
        self.of, self.args = of, args


def pythons(kind: type[BaseException], *args: Any) -> Thrown:
    """The error as Python itself would have raised it."""
    return Thrown(ErrorKind(kind.__name__, kind), args)


class Once:
    """What is gone through once: what an iterator or a generator still has."""

    def __init__(self, things: Sequence[Any]) -> None:
        self.things, self.at = things, 0

    def turns(self) -> Iterator[Any]:
        """What it still has, one after the other."""
        while self.at < len(self.things):
            self.at += 1
            yield self.things[self.at - 1]

    def rest(self) -> list[Any]:
        """All that it still has; it has nothing then."""
        left = list(self.things[self.at :])
        self.at = len(self.things)
        return left


class DefaultDict(dict[Any, Any]):
    """A dict that makes what it lacks by its ``factory``."""

    factory: Any = None


class Counts(dict[Any, Any]):
    """A dict that counts: what it lacks is 0."""


class OrderedPairs(dict[Any, Any]):
    """A dict that is written as pairs in order."""


class DictView(list[Any]):
    """What a dict has, as ``keys()`` and the like give it; ``what`` says which."""

    what: str


class Deque(list[Any]):
    """A list that keeps its last ones, at most ``most`` of them; None: all."""

    most: int | None = None

    def append(self, thing: Any) -> None:
        """The thing is its last one."""
        super().append(thing)
        if self.most is not None:
            del self[: max(len(self) - self.most, 0)]

    def extend(self, things: Any) -> None:
        """The things are its last ones."""
        super().extend(things)
        if self.most is not None:
            del self[: max(len(self) - self.most, 0)]


class Bar(list[Any]):
    """What tqdm goes through; what it shows is passed over."""


class TupleKind:
    """What ``namedtuple`` and ``NamedTuple`` give: names of places, and what stands in some of them.

    ``names`` are the functions that it has besides.
    """

    def __init__(
        self, name: str, fields: tuple[str, ...], defaults: dict[str, Any], names: dict[str, Any]
    ) -> None:
        self.name, self.fields, self.defaults, self.names = name, fields, defaults, names


class NamedPlaces(tuple[Any, ...]):
    """A tuple whose places have names."""

    of: TupleKind


class Generator:
    """A generator of random numbers that a cell has made: what it is called, and what draws for it."""

    def __init__(self, kind: str, source: Any) -> None:
        self.kind, self.source = kind, source


class TensorRow:
    """A tensor of several numbers: Values, or the numbers of their data or grads."""

    def __init__(self, things: list[Any]) -> None:
        self.things = things


class DataField(NamedTuple):
    """A field of a dataclass."""

    name: str
    has_default: bool = False
    default: Any = None
    factory: Any = None
    init: bool = True


class Function:
    """A function that a cell defines: its tree, and the names around it.

    ``asked``: it is a property, which ``setter`` sets; ``static``: it takes no self, ``of_class``: it takes
    the class; ``generates``: it yields, ``manages``: a ``with``; ``of`` is the class that it stands in.
    """

    def __init__(
        self,
        name: str,
        args: ast.arguments,
        body: list[ast.stmt] | ast.expr,
        scope: Scope,
        source: SourceText,
        defaults: tuple[list[Any], dict[str, Any]],
    ) -> None:
        self.name, self.args, self.body = name, args, body
        self.scope, self.source, self.defaults = scope, source, defaults
        self.asked = self.static = self.of_class = self.generates = self.manages = False
        self.setter: Function | None = None
        self.fields: dict[str, Any] = {}  # that the cell has set in it
        self.of: Any = None  # a Class, or a class of Values

    def __deepcopy__(self, memo: dict[int, Any]) -> Function:
        new = Function(self.name, self.args, self.body, self.scope, self.source, self.defaults)
        memo[id(self)] = new  # the tree stays; what it may change is copied
        new.asked, new.static, new.of_class = self.asked, self.static, self.of_class
        new.generates, new.manages = self.generates, self.manages
        new.setter, new.of = deepcopy(self.setter, memo), deepcopy(self.of, memo)
        new.scope, new.defaults = deepcopy(self.scope, memo), deepcopy(self.defaults, memo)
        new.fields = deepcopy(self.fields, memo)
        return new


class Class:
    """A class that a cell defines; ``kind`` is the type of its objects, which only carries its name."""

    def __init__(self, name: str, bases: tuple[Any, ...], names: dict[str, Any]) -> None:
        self.name, self.bases, self.names = name, bases, names
        self.fields: tuple[DataField, ...] = ()
        self.members: tuple[str, ...] = ()  # of an Enum, in order: the objects that there are of it, by name
        self.frozen = self.numbers = False  # a dataclass that never changes; an IntEnum
        made_of = {one.name for each in self.line() for one in each.bases if isinstance(one, Builtin)}
        self.holder = next((one for one in (list, dict) if one.__name__ in made_of), None)
        self.kind = _kind_of(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Class:
        memo[id(self)] = new = object.__new__(Class)
        new.name, new.holder = self.name, self.holder
        new.kind = _kind_of(new)
        new.fields, new.members = self.fields, self.members
        new.frozen, new.numbers = self.frozen, self.numbers
        new.bases, new.names = deepcopy(self.bases, memo), deepcopy(self.names, memo)
        return new

    def find(self, name: str) -> Any:
        """What objects of the class have by that name; None for nothing."""
        for each in self.line():
            if name in each.names:
                return each.names[name]
        return None

    def line(self) -> list[Class]:
        """The class and those that it is made from, each once, the nearest first."""
        found: list[Class] = []
        waiting: list[Any] = [self]
        while waiting:
            each = waiting.pop(0)
            if isinstance(each, Class) and each not in found:
                found.append(each)
                waiting.extend(each.bases)
        return found

    def listed(self) -> list[Any]:
        """The members of an Enum; of another class none."""
        return [self.names[name] for name in self.members]

    def is_from(self, kind: NetworkKind) -> bool:
        """Whether it is made from that class of micrograd's."""
        return any(base is kind for each in self.line() for base in each.bases)


class Instance:
    """An object of a class that a cell defines; its fields are its own, by name. ``of`` is that class."""

    of: Class

    def __deepcopy__(self, memo: dict[int, Any]) -> Instance:
        new: Any = (kind := deepcopy(self.of, memo).kind).__new__(kind)
        memo[id(self)] = new
        if isinstance(self, list):
            new.extend(deepcopy(each, memo) for each in self)
        for held in (vars(self), self) if isinstance(self, dict) else (vars(self),):
            (new if held is self else vars(new)).update(deepcopy(dict(held), memo))
        return new  # type: ignore[no-any-return]  # of which kind only the cell knows


def _kind_of(made: Class) -> type[Instance]:
    """The type of a class's objects, which have its ``of`` even where a field of theirs is called so."""
    return type(made.name, (Instance, made.holder or object), {"of": property(lambda self: made)})


class Method:
    """A function of a class, and the object that it is asked of."""

    def __init__(self, function: Any, owner: Any) -> None:
        self.function, self.owner = function, owner


class Super:
    """What ``super()`` gives: the object, and the class above which it is looked for."""

    def __init__(self, above: Any, of: Any) -> None:
        self.above, self.of = above, of


class NetworkKind(Lasting):
    """``Neuron``, ``Layer``, ``MLP`` and ``Module`` of `micrograd.nn`, and ``Value``."""

    def __init__(self, name: str) -> None:
        self.name = name


MODULE, NEURON, LAYER, MLP = (NetworkKind(name) for name in ("Module", "Neuron", "Layer", "MLP"))
COLUMNS = NetworkKind("np.c_")  # which takes arrays in [ ] and sets them side by side
VALUE = NetworkKind("Value")
ENUM, INT_ENUM = NetworkKind("Enum"), NetworkKind("IntEnum")
AUTO = NetworkKind("auto")  # a number that nobody has chosen
TENSOR = NetworkKind("tensor")
DOUBLE = NetworkKind("torch.float64")  # the kind of numbers that Python's own are


def kind_name(thing: Any) -> str:
    """What it is, in a sentence."""
    match thing:
        case Instance():
            return tr("an object of {name}", name=spoken(thing.of.name))
        case Class() | TupleKind():
            return tr("the class {name}", name=spoken(thing.name))
        case Function() | Builtin():
            return tr("the function {name}", name=spoken(thing.name))
        case Partial():
            return tr("the function {name}", name="partial")
        case Library() | PassedOver() | NetworkKind() | ErrorKind():
            return spoken(thing.name)
        case Thrown():
            return tr("the error {name}", name=spoken(thing.of.name))
        case Once():
            return tr("an iterator")
        case Generator():
            return thing.kind
        case TensorRow():
            return tr("a tensor")
        case None:
            return "None"
        case bool():
            return tr("True or False")
        case int() | float():
            return tr("a number")
        case str():
            return tr("a text")
    return tr("a {type}", type=type(thing).__name__)
