"""What a file says about learning: its data, its plan and its blocks ⇄ fields of JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from micrograd_gui.document import block as blocks
from micrograd_gui.document.block import Block
from micrograd_gui.document.data import Column, Data, Plan
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph, Node, NodeId

Refuse = Callable[[str, str], FileRefusal]


class ColumnModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A column: its name, and the id of the leaf that it feeds (null: none)."""

    name: str
    node: int | None = None


class DataModel(msgspec.Struct, forbid_unknown_fields=True):
    """The rows that the graph learns from, the one it shows, and what a loss over several rows is."""

    columns: list[ColumnModel]
    rows: list[list[float]]
    shown: int = 0
    reduction: Literal["mean", "sum"] = "mean"


class PlanModel(msgspec.Struct, forbid_unknown_fields=True):
    """How the graph is trained; ``demo`` lets the rate fall as in micrograd's demo, 1 − 0.9·k/100."""

    rate: float = 0.05
    optimiser: Literal["sgd", "momentum", "adam"] = "sgd"
    schedule: Literal["constant", "demo"] = "constant"
    steps: int = 100
    seed: int = 1337
    batch: int | None = None


class BlockModel(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Nodes that belong together; a block stands after its parent."""

    id: int
    kind: Literal["neuron", "layer", "mlp", "loss"]
    title: str = ""
    members: list[int] = []
    outputs: list[int] = []
    parent: int | None = None
    collapsed: bool = False
    judges: list[tuple[int, int]] = []


def fields(graph: Graph) -> dict[str, Any]:
    """The fields that a file has beside its nodes; one that says nothing is left out."""
    out: dict[str, Any] = {}
    data, plan = graph.data, graph.plan
    if data is not None:
        columns = [ColumnModel(column.name, column.node) for column in data.columns]
        rows = [list(row) for row in data.rows]
        out["data"] = msgspec.to_builtins(DataModel(columns, rows, data.shown, data.reduction))
    if plan is not None:
        out["plan"] = msgspec.to_builtins(
            PlanModel(plan.rate, plan.optimiser, plan.schedule, plan.steps, plan.seed, plan.batch)
        )
    if graph.blocks:
        out["blocks"] = [msgspec.to_builtins(_block_model(block)) for block in graph.blocks]
    return out


def data_from(model: DataModel, nodes: Mapping[NodeId, Node], refuse: Refuse) -> Data:
    """The data, checked against the nodes."""
    columns = tuple(Column(column.name, column.node) for column in model.columns)
    rows = tuple(tuple(map(float, row)) for row in model.rows)
    data = Data(columns, rows, model.shown, model.reduction)
    fault = data.fault(nodes)
    if fault is not None:
        raise refuse(f"data.{fault[0]}", fault[1])
    return data


def plan_from(model: PlanModel, refuse: Refuse) -> Plan:
    """The plan, each field of it possible."""
    plan = Plan(
        float(model.rate), model.optimiser, model.schedule, model.steps, model.seed, model.batch
    )
    fault = plan.fault()
    if fault is not None:
        raise refuse(f"plan.{fault[0]}", fault[1][:1].lower() + fault[1][1:].rstrip("."))
    return plan


def blocks_from(models: list[BlockModel], nodes: Mapping[NodeId, Node], refuse: Refuse) -> tuple[Block, ...]:
    """The blocks, checked against the nodes and each other."""
    made = tuple(
        Block(
            each.id,
            each.kind,
            each.title,
            tuple(each.members),
            tuple(each.outputs),
            each.parent,
            each.collapsed,
            tuple(each.judges),
        )
        for each in models
    )
    fault = blocks.fault(made, nodes)
    if fault is not None:
        raise refuse(f"blocks{fault[0]}", fault[1])
    return made


def _block_model(block: Block) -> BlockModel:
    return BlockModel(
        block.id,
        block.kind,
        block.title,
        list(block.members),
        list(block.outputs),
        block.parent,
        block.collapsed,
        list(block.judges),
    )
