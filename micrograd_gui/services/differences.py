"""Differences: what in a film looks otherwise than a moment before, found without drawing all anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from micrograd_gui.document.graph import NodeId
from micrograd_gui.services.film import Film
from micrograd_gui.services.picture import Picture, Text
from micrograd_gui.services.shapes import Group, Shape, groups, tone_of

Difference = list[object]  # the number of an element, its class, and of a text what it says


def shape_looks(shape: Shape) -> str:
    """The classes of a shape's element."""
    names = ["x", f"f-{shape.fill}" if shape.fill else "none", f"s-{shape.edge}" if shape.edge else "no-edge"]
    return " ".join(names if shape.weight == "thin" else [*names, shape.weight])


def text_looks(text: Text) -> str:
    """The classes of a text's element."""
    return f"x f-{tone_of(text)}{' bold' if text.bold else ''}"


def differences(film: Film) -> Iterator[list[Difference]]:
    """For each moment the elements that differ from the moment before; for the first one all of them.

    Elements have numbers in the order in which the whole picture has them. A moment asks anew only for
    those nodes whose numbers it changed, or which it or the moment before made stand out.
    """
    before: Picture | None = None
    looks: dict[int, Difference] = {}
    for moment in film.watched():
        now = film.shown(moment)
        if before is None:
            elements = _Elements(now)
            nodes: Iterable[NodeId] = elements.nodes
        else:
            nodes = _touched(before, now) & elements.nodes
        found = [(at, look) for at, look in elements.looks(now, nodes) if looks.get(at) != look]
        looks.update(found)
        yield [[at, *look] for at, look in sorted(found, key=lambda each: each[0])]
        before = now


def _touched(before: Picture, now: Picture) -> set[NodeId]:
    """The nodes that may look otherwise, with those that stand for them."""
    if bool(before.frame.data) != bool(now.frame.data):
        return set(now.frame.data) | {box.node for box in now.boxes}
    found = {node for picture in (before, now) for node, _ in picture.fresh}
    found |= {each for each in (before.acting, before.through, now.acting, now.through) if each is not None}
    found |= _changed(before.frame.data, now.frame.data) | _changed(before.frame.grad, now.frame.grad)
    return found | {now.stands_for[node] for node in found if node in now.stands_for}


def _changed(before: Mapping[NodeId, float], now: Mapping[NodeId, float]) -> set[NodeId]:
    return set() if before is now else {node for node, _ in before.items() ^ now.items()}


@dataclass(frozen=True)
class _Part:
    """A piece of the picture: what of it is the piece's own, and the number of its groups' first elements."""

    own: Picture
    starts: tuple[int, ...]


class _Elements:
    """Where in the whole picture the elements of each node are."""

    def __init__(self, picture: Picture) -> None:
        starts: defaultdict[Group, list[int]] = defaultdict(list)
        count = 0
        for group in groups(picture):
            starts[group].append(count)
            count += len(group.shapes) + len(group.texts)
        self._parts: dict[NodeId | None, _Part] = {}
        for node, own in _pieces(picture).items():
            self._parts[node] = _Part(own, tuple(starts[group].pop(0) for group in groups(own)))
        self.nodes = {node for node in self._parts if node is not None}

    def looks(self, picture: Picture, nodes: Iterable[NodeId]) -> Iterator[tuple[int, Difference]]:
        """The elements of these nodes, and of what belongs to none, as they look in that picture."""
        chips = defaultdict(list)
        for chip in picture.chips:
            chips[chip.node].append(chip)
        for node in (None, *nodes):
            part = self._parts[node]
            own, said = part.own, tuple(chips[node]) if node is not None else ()
            now = replace(picture, wires=own.wires, ovals=own.ovals, boxes=own.boxes, chips=said, below=())
            if node is not None:
                now = replace(now, enclosures=())
            for start, group in zip(part.starts, groups(now), strict=True):
                shapes: list[Difference] = [[shape_looks(shape)] for shape in group.shapes]
                texts: list[Difference] = [[text_looks(text), text.text] for text in group.texts]
                yield from enumerate([*shapes, *texts], start)


def _pieces(picture: Picture) -> dict[NodeId | None, Picture]:
    """The picture of each node, with its wires and chips; under None what belongs to no node."""
    bare = replace(picture, wires=(), ovals=(), boxes=(), chips=(), below=())
    own: defaultdict[NodeId, defaultdict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for kind in ("wires", "ovals", "boxes", "chips"):
        for each in getattr(picture, kind):
            own[each.node][kind].append(each)
    alone = replace(bare, enclosures=())
    pieces: dict[NodeId | None, Picture] = {None: bare}
    for node, kinds in own.items():
        # Under each field's name stand its own things, which the checker cannot know.
        pieces[node] = replace(alone, **{kind: tuple(each) for kind, each in kinds.items()})  # type: ignore[arg-type]
    return pieces
