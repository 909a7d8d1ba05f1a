"""The verbs that put blocks into the graph: neurons, layers, MLPs and losses, each one edit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from micrograd_gui.document import block as parts
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.session.editing import Editing

if TYPE_CHECKING:
    from micrograd_gui.document.networks import Inputs, Recipe


class Building(Editing):
    """Networks and losses through micrograd's own nn; blocks drawn as one box, or opened."""

    def add_block(self, recipe: Recipe) -> BlockId:
        """A block as that recipe says, its nodes below all others; whoever shows them lays them out."""
        names = {"neuron": "a neuron", "layer": "a layer", "mlp": "an MLP", "loss": "a loss"}
        return self._build(*recipe.grown(self.state.graph), f"Add {names[recipe.kind]}")

    def add_neuron(
        self, inputs: Inputs, *, activation: str = "tanh", linear: bool = False, seed: int | None = None
    ) -> BlockId:
        """A neuron over those nodes, or over so many new inputs."""
        from micrograd_gui.document import networks  # with nn and random: the first paint does without

        graph = self.state.graph
        grown = networks.with_neuron(graph, inputs, activation=activation, linear=linear, seed=seed)
        return self._build(*grown, "Add a neuron")

    def add_layer(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        activation: str = "tanh",
        linear: bool = False,
        seed: int | None = None,
    ) -> BlockId:
        """So many neurons side by side."""
        from micrograd_gui.document import networks

        options = {"activation": activation, "linear": linear, "seed": seed}
        grown = networks.with_layer(self.state.graph, inputs, outputs, **options)  # type: ignore[arg-type]
        return self._build(*grown, "Add a layer")

    def add_mlp(
        self,
        inputs: Inputs,
        layers: Sequence[int],
        *,
        activation: str = "tanh",
        linear: bool = True,
        seed: int | None = None,
    ) -> BlockId:
        """Layers one after the other; ``linear``: the last has no activation, as in micrograd."""
        from micrograd_gui.document import networks

        options = {"activation": activation, "linear": linear, "seed": seed}
        grown = networks.with_mlp(self.state.graph, inputs, layers, **options)  # type: ignore[arg-type]
        return self._build(*grown, "Add an MLP")

    def add_loss(
        self,
        form: str,
        outputs: Sequence[NodeId] = (),
        answers: Sequence[NodeId] = (),
        *,
        alpha: float = 1e-4,
    ) -> BlockId:
        """A loss (a name in ``blocks.LOSSES``, or "l2") over those predictions; it becomes the target."""
        from micrograd_gui.document import networks

        grown = networks.with_loss(self.state.graph, form, outputs, answers, alpha=alpha)
        return self._build(*grown, "Add a regularisation" if form == "l2" else "Add a loss")

    def collapse(
        self, block: BlockId, collapsed: bool = True, places: Mapping[NodeId, Place] | None = None
    ) -> None:
        """The block is drawn as one box, or opened again; ``places`` are where others make room for it."""
        title = self._block(block).title
        name = f"Collapse {title}" if collapsed else f"Open {title}"
        self._edit(self.state.graph.collapsed(block, collapsed).moved(places or {}), name)

    def retitle(self, block: BlockId, title: str) -> None:
        """The block is called that; one without a title could not be spoken of."""
        if not title.strip():
            raise Refusal("A block needs a title.")
        self._block(block)
        self._edit(self.state.graph.retitled(block, title.strip()), "Rename")

    def join(self, nodes: Collection[NodeId], block: BlockId) -> None:
        """Those nodes and their blocks, which were just made, are in that block: part of the same edit."""
        graph = self.state.graph
        joined = graph.joined(nodes, self._block(block).id)
        if joined is not graph:
            self._set(history=self.state.history.amended(joined))

    def ungroup(self, block: BlockId) -> None:
        """The block is no longer one; its nodes stay."""
        self._edit(self.state.graph.ungrouped(block), f"Ungroup {self._block(block).title}")

    def select_block(self, block: BlockId) -> None:
        """All nodes of the block are selected."""
        self._block(block)
        self._set(selection=self.state.graph.within(block))

    def _build(self, graph: Graph, block: BlockId, name: str) -> BlockId:
        self._edit(graph, name, selection=parts.nodes_of(graph.blocks, block))
        return block

    def _block(self, block: BlockId) -> parts.Block:
        found = next((each for each in self.state.graph.blocks if each.id == block), None)
        if found is None:
            raise Refusal(f"There is no block {block}.")
        return found
