"""Publishes the JSON Schemas of the file format and of lessons: `python resources/make_schema.py`."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from micrograd_gui.document import codec  # noqa: E402
from micrograd_gui.session.lessons import reading  # noqa: E402


def text(schema=codec.schema) -> str:
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (HERE / "micrograd-graph.schema.json").write_text(text(), encoding="utf-8")
    (HERE / "micrograd-lesson.schema.json").write_text(text(reading.schema), encoding="utf-8")
