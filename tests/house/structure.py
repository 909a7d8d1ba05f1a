"""What the source says of its own structure: modules, who imports whom, classes, functions."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

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

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def classes(self) -> list[ast.ClassDef]:
        return [node for node in self.tree.body if isinstance(node, ast.ClassDef)]

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


@cache
def modules() -> tuple[Module, ...]:
    """Every file of both packages, in the order of their paths."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(Module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths)


def imports(module: Module, known: frozenset[str]) -> Iterator[str]:
    """The modules of ours that it imports anywhere: at its top, for types only, or inside a function."""
    for node in ast.walk(module.tree):
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
        for node in ast.walk(module.tree):
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
