"""Random graphs, with their numbers, for what is asked of nodes."""

from random import Random

from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.graph import Graph

_ONE = ("tanh", "sigmoid", "sin", "neg", "relu", "exp", "**2", "**3")
_TWO = ("+", "+", "-", "*", "*", "*", "/")


def random_graph(seed: int) -> Graph:
    """A few leaves and ops; operands are often used several times, also both by one op."""
    draw, made = Random(seed), GraphBuilder()
    nodes = [made.add(label=f"x{at}", data=draw.uniform(-2, 2)) for at in range(draw.randint(1, 4))]
    for _ in range(draw.randint(1, 9)):
        if draw.random() < 0.35:
            nodes.append(made.add(draw.choice(_ONE), (draw.choice(nodes[-4:]),)))
        else:
            nodes.append(made.add(draw.choice(_TWO), (draw.choice(nodes[-4:]), draw.choice(nodes))))
    return made.graph(nodes[-1])
