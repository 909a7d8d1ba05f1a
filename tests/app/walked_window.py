"""The program as the walk under Xvfb starts it: it writes down where things are and what the state is."""

import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from micrograd_gui.app import create_window

REPORT = Path(sys.argv[1])


def main() -> int:
    app = QApplication([])
    window = create_window("lecture")
    window.show()

    def where(widget: QWidget, point: QPoint | None = None) -> list[int]:
        place = widget.mapToGlobal(point if point is not None else widget.rect().center())
        return [place.x(), place.y()]

    def typed_in() -> str:
        """The field that keys go to; nothing where they go elsewhere."""
        field = QApplication.focusWidget()
        return field.objectName() or type(field).__name__ if isinstance(field, QLineEdit) else ""

    def report() -> None:
        state = window.session.state
        graph, canvas = state.graph, window.canvas
        nodes = {}
        for node in graph:
            x, y = graph.places[node.id]
            port = canvas.viewport()
            nodes[node.name] = {
                "op": node.op,
                "data": state.frame.data.get(node.id),
                "grad": state.frame.grad.get(node.id),
                "middle": where(port, canvas.mapFromScene(x + 30, y + 12)),
                "inputs": [None if s is None else graph.nodes[s].name for s in node.inputs],
            }
        told = {
            "nodes": nodes,
            "count": len(graph),
            "cursor": state.cursor,
            "selected": [graph.nodes[number].name for number in state.selection],
            "tanh": where(window.findChild(QWidget, "offer_tanh")),
            "canvas": where(window.canvas, QPoint(60, 40)),
            "expression": where(window.findChild(QWidget, "expression")),
            "path": str(state.path or ""),
            "projector": window.projector.on,
            "active": window.isActiveWindow(),
            "typed_in": typed_in(),
            "corner": where(window, QPoint(0, 0)),
        }
        part = REPORT.with_suffix(".part")
        part.write_text(json.dumps(told))
        os.replace(part, REPORT)

    timer = QTimer(window)
    timer.timeout.connect(report)
    timer.start(50)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
