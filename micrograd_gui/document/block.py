"""Block: nodes that belong together, such as a neuron, and can be drawn as one box."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NewType, TypeGuard

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from micrograd.language import N_, tr
from micrograd_gui.document.node import NodeId
from micrograd_gui.document.text import saveable, spoken

BlockId = int
BlockKey = NewType("BlockKey", int)
Key = NodeId | BlockKey  # of what is drawn: a node, or the box of a collapsed block


class BlockKindRow(Struct, frozen=True):
    """One kind of block in the words of the window; how it is built stands in `networks`.

    Attributes:
        name: What it is called in files and in code.
        text: What stands on its button in the palette.
        phrase: It in a sentence: "a neuron".
        help: A sentence about it.
        module: The class of `micrograd.nn` that it is in pasted code; empty for none.
        inputs: What the dialog offers as inputs at first; empty for a kind that has none.
        layers: Of the dialog's field for its layers the name, the first text and the tip; empty for no field.
        offered: Whether one can be added; what is not is made of nodes that are there.
    """

    name: str
    text: str
    phrase: str
    help: str
    module: str = ""
    inputs: str = ""
    layers: tuple[str, str, str] | None = None
    offered: bool = True


_KINDS = (
    BlockKindRow(
        "neuron",
        N_("neuron"),
        N_("a neuron"),
        N_("Inputs times weights, plus a bias, through an activation."),
        "Neuron",
        "2",
    ),
    BlockKindRow(
        "layer",
        N_("layer"),
        N_("a layer"),
        N_("Neurons side by side, over the same inputs."),
        "Layer",
        "3",
        (N_("&Neurons"), "4", N_("How many neurons.")),
    ),
    BlockKindRow(
        "mlp",
        N_("MLP"),
        N_("an MLP"),
        N_("Layers one after the other, as micrograd's nn makes them."),
        "MLP",
        "3",
        (N_("&Layers"), "4, 4, 1", N_("The neurons of each layer: 4, 4, 1")),
    ),
    BlockKindRow(
        "loss",
        N_("loss"),
        N_("a loss"),
        N_("How far predictions are from their answers: what training makes small."),
    ),
    BlockKindRow(
        "part",
        N_("part"),
        N_("a part"),
        N_("Nodes of a large graph that are drawn as one box."),
        offered=False,
    ),
)
BLOCK_KINDS = {row.name: row for row in _KINDS}
OFFERED_KINDS = {row.name: row for row in _KINDS if row.offered}

if TYPE_CHECKING:
    BlockKind = str
else:  # at run time the names of the table: by these a file is read, and its schema published
    BlockKind = Literal[tuple(BLOCK_KINDS)]


class Block(Struct, frozen=True):
    """A neuron, a layer, an MLP, a loss, or a part of a large graph.

    ``members`` are the nodes that belong to this block and to no block inside it, so that a node has at most
    one block. ``outputs`` are the nodes that others read, one per neuron of a layer. A loss ``judges`` pairs
    of a prediction and the answer it is compared with.
    """

    id: BlockId
    kind: BlockKind
    title: str = ""
    members: tuple[NodeId, ...] = ()
    outputs: tuple[NodeId, ...] = ()
    parent: BlockId | None = None
    collapsed: bool = False
    judges: tuple[tuple[NodeId, NodeId], ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "title", saveable(self.title))

    @property
    def word(self) -> str:
        """What it is, in a word of the language in use."""
        return tr(self.kind)

    @property
    def output(self) -> NodeId | None:
        """The node whose numbers the collapsed box shows: the one output; None where there are several."""
        return self.outputs[0] if len(self.outputs) == 1 else None


def block_key(block: BlockId) -> BlockKey:
    """The key of the block's box: minus the block's id, so that no node has it."""
    return BlockKey(-block)


def is_block(key: Key) -> TypeGuard[BlockKey]:
    """Whether the key is that of a block's box, and not that of a node."""
    return key < 0


def block_of(key: BlockKey) -> BlockId:
    """The block with that key."""
    return -key


def inside(blocks: Iterable[Block], block: BlockId) -> frozenset[BlockId]:
    """The block and all blocks within it, however deep."""
    children: dict[BlockId | None, list[BlockId]] = {}
    for each in blocks:
        children.setdefault(each.parent, []).append(each.id)
    found: set[BlockId] = set()
    pending = [block]
    while pending:
        each_id = pending.pop()
        if each_id not in found:
            found.add(each_id)
            pending += children.get(each_id, ())
    return frozenset(found)


def short_title(blocks: Iterable[Block], block: Block) -> str:
    """The title without that of the block around it: ``neurons[0]`` of ``layers[1].neurons[0]``."""
    around = next((each.title for each in blocks if each.id == block.parent), "")
    return block.title.removeprefix(f"{around}.") if around else block.title


def nodes_of(blocks: Collection[Block], block: BlockId) -> frozenset[NodeId]:
    """All nodes of the block, those of the blocks within it included."""
    ids = inside(blocks, block)
    return frozenset(node for each in blocks if each.id in ids for node in each.members)


def kept(blocks: Iterable[Block], gone: Collection[NodeId]) -> tuple[Block, ...]:
    """The blocks when those nodes are gone; a block of which nothing is left goes too."""
    rest = [
        replace(
            block,
            members=tuple(node for node in block.members if node not in gone),
            outputs=tuple(node for node in block.outputs if node not in gone),
            judges=tuple(pair for pair in block.judges if pair[0] not in gone and pair[1] not in gone),
        )
        for block in blocks
    ]
    while True:
        parents = {block.parent for block in rest}
        filled = [block for block in rest if block.members or block.id in parents]
        if len(filled) == len(rest):
            return tuple(rest)
        rest = filled


def free_id(blocks: Iterable[Block]) -> BlockId:
    """The id of the next block."""
    return max((block.id for block in blocks), default=0) + 1


def renumbered(blocks: Iterable[Block], nodes: Mapping[NodeId, NodeId], first: BlockId) -> tuple[Block, ...]:
    """The same blocks over other nodes, their own ids counted from the first."""
    new_id: dict[BlockId | None, BlockId] = {}
    made = []
    for block in blocks:
        new_id[block.id] = first + len(new_id)
        made.append(
            replace(
                block,
                id=new_id[block.id],
                parent=new_id.get(block.parent),
                members=tuple(nodes[node] for node in block.members),
                outputs=tuple(nodes[node] for node in block.outputs),
                judges=tuple((nodes[a], nodes[b]) for a, b in block.judges),
            )
        )
    return tuple(made)


def fault(blocks: Collection[Block], nodes: Collection[NodeId]) -> tuple[str, str] | None:
    """Where the blocks do not fit the nodes or each other, and what is wrong there."""
    ids: set[BlockId] = set()
    owned: set[NodeId] = set()
    for at, block in enumerate(blocks):
        if block.parent is not None and block.parent not in ids:
            return f"[{at}].parent", tr("there is no block {parent} before it", parent=block.parent)
        if block.id in ids or not 0 < block.id < 2**53:
            return f"[{at}].id", tr("{id} is no id, or stands there twice", id=block.id)
        ids.add(block.id)
        for node in (*block.members, *block.outputs, *(each for pair in block.judges for each in pair)):
            if node not in nodes:
                return f"[{at}]", tr(
                    "“{title}” names a node {node} that is not there", title=spoken(block.title), node=node
                )
        if len(set(block.members)) < len(block.members) or not owned.isdisjoint(block.members):
            return f"[{at}].members", tr("a node belongs to at most one block")
        owned.update(block.members)
    return None
