"""What the source says of its own structure: modules, who imports whom, classes, functions."""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("micrograd", "micrograd_gui")


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: str  # from the checkout, with slashes
    text: str

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def above(self) -> dict[ast.AST, ast.AST | None]:
        """All that is in the tree, each with what it stands in: to find out takes as long as to read."""
        above: dict[ast.AST, ast.AST | None] = {self.tree: None}
        waiting: list[ast.AST] = [self.tree]
        for node in waiting:  # it grows meanwhile
            children = [*ast.iter_child_nodes(node)]
            above |= dict.fromkeys(children, node)
            waiting += children
        return above

    @property
    def nodes(self) -> Iterable[ast.AST]:
        """All that is in the tree; what stands in no place of its own (`ast.Load`) is there once."""
        return self.above.keys()

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def classes(self) -> list[ast.ClassDef]:
        return [node for node in self.tree.body if isinstance(node, ast.ClassDef)]

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


@cache
def modules() -> tuple[Module, ...]:
    """Every file of both packages, in the order of their paths."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(Module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths)


def imports(module: Module, known: frozenset[str]) -> Iterator[str]:
    """The modules of ours that it imports anywhere: at its top, for types only, or inside a function."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in known:
                    yield inner
                elif node.module in known:
                    yield node.module


def circles() -> list[list[str]]:
    """Groups of modules that import each other, however late."""
    known = frozenset(module.name for module in modules())
    graph = {module.name: sorted(set(imports(module, known)) - {module.name}) for module in modules()}
    return [sorted(group) for group in _components(graph) if len(group) > 1]


def _components(graph: dict[str, list[str]]) -> list[list[str]]:
    """Strongly connected components (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = []
            while not group or group[-1] != name:
                group.append(stack.pop())
            found.append(group)

    for name in graph:
        if name not in index:
            visit(name)
    return found


def class_places() -> dict[str, list[str]]:
    """For each class name the files in which a class of that name stands."""
    places: dict[str, list[str]] = defaultdict(list)
    for module in modules():
        for each in module.classes:
            places[each.name].append(module.path)
    return dict(places)


def cut_classes() -> dict[str, str]:
    """Classes that are but a part of another: never made by themselves, with one heir, in another file."""
    places = class_places()
    heirs: dict[str, set[tuple[str, str]]] = defaultdict(set)
    called: set[str] = set()
    for module in modules():
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    name = base.value if isinstance(base, ast.Subscript) else base
                    if isinstance(name, ast.Name):
                        heirs[name.id].add((module.path, node.name))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called.add(node.func.id)
    cut = {}
    for name, found in heirs.items():
        if name in places and name not in called and len(found) == 1:
            ((path, heir),) = found
            if path not in places[name]:
                cut[name] = heir
    return cut


@cache
def members() -> dict[str, frozenset[str]]:
    """For each class of ours the names that one can ask of it, its bases' included."""
    own: dict[str, set[str]] = {}
    bases: dict[str, list[str]] = {}
    for module in modules():
        for each in module.classes:
            names = {name for node in each.body for name in _bound(node)}
            names |= {
                node.attr
                for node in ast.walk(each)
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            }
            own[each.name] = names
            bases[each.name] = [base.id for base in each.bases if isinstance(base, ast.Name)]

    def whole(name: str) -> frozenset[str]:
        return frozenset(own.get(name, ())).union(*map(whole, bases.get(name, ())))

    return {name: whole(name) for name in own}


@cache
def contents() -> dict[str, frozenset[str]]:
    """For each module of ours the names that stand at its top, those it loads on demand included."""
    found = {}
    for module in modules():
        names = {name for node in module.tree.body for name in _bound(node)}
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "micrograd_gui.door":
                names |= {alias.name for alias in node.names}
        found[module.name] = frozenset(names)
    return found


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives to something."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        targets = [each for target in node.targets for each in ast.walk(target)]
        yield from (each.id for each in targets if isinstance(each, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.If):
        for inner in (*node.body, *node.orelse):
            yield from _bound(inner)


def is_there(name: str) -> bool:
    """Whether a dotted name leads to something of ours: ``Session._set``, ``explain.card.card``."""
    *way, last = name.split(".")
    if not way:
        parts = {part for known in contents() for part in known.split(".")}
        return last in parts.union(members(), *members().values(), *contents().values())
    if way[-1] in members():
        return last in members()[way[-1]]
    place = ".".join(way)
    homes = [known for known in contents() if known == place or known.endswith("." + place)]
    inside = any(last in contents()[home] for home in homes)
    return inside or any(known == name or known.endswith("." + name) for known in contents())


@contextmanager
def entered() -> Iterator[set[str]]:
    """Fills with the files of ours in which a function is called meanwhile, or which are imported."""
    files: set[str] = set()
    seen: set[str] = set()  # each file is looked at once, not at each of its calls

    def note(frame: FrameType, event: str, argument: object) -> None:
        name = frame.f_code.co_filename
        if event != "call" or name in seen:
            return
        seen.add(name)
        path = Path(name)
        if any(path.is_relative_to(ROOT / package) for package in PACKAGES):
            files.add(path.relative_to(ROOT).as_posix())

    sys.setprofile(note)
    try:
        yield files
    finally:
        sys.setprofile(None)
