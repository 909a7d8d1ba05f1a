"""Files: read and written whole, refused in one sentence that names them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import atomic, documents
from micrograd_gui.resource import resource
from micrograd_gui.session.lessons import reading
from tests.hostile import LABELS

GRAPH = graph_from_expression("a = 2; b = -3; L = tanh(a*b)")
needs_permissions = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to this user"
)


@pytest.mark.parametrize("name", documents.example_names())
def test_opening_and_saving_again_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / "copy.micrograd"
    documents.write(path, documents.load_example(name))
    first = path.read_bytes()
    assert first == resource("examples", f"{name}.micrograd").read_bytes()
    documents.write(path, documents.read(path))
    assert path.read_bytes() == first


def test_labels_of_any_kind_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "labels.micrograd"
    for label in LABELS:
        documents.write(path, GRAPH.relabelled(1, label))
        # Half a character cannot be written as text; a sign for "unreadable" stands for it.
        assert documents.read(path).nodes[1].label == label.replace("\ud800", "�")


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bom.micrograd"
    path.write_bytes(b"\xef\xbb\xbf" + codec.encode(GRAPH).encode())
    assert len(documents.read(path)) == len(GRAPH)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a micrograd-gui file"),
        (b"\x89PNG\r\n\x1a\n\x00", "carries no graph"),
        (b'{"format": "micrograd-graph", "version": 1, "nodes": [], "x": "\xff"}', "damaged|UTF-8"),
        (b'{"format": "micrograd-graph", "version": 99}', "newer"),
        (b"[" * 100_000, "not a micrograd-gui file"),
    ],
)
def test_content_that_is_no_graph_is_refused_and_the_file_named(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "broken.micrograd"
    path.write_bytes(content)
    with pytest.raises(FileRefusal, match=words) as refusal:
        documents.read(path)
    assert "broken.micrograd" in str(refusal.value)


def test_a_file_of_50_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.micrograd"
    with open(path, "wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(FileRefusal, match=r"large\.micrograd” is too large: it has 50 MB"):
        documents.read(path)


def test_a_missing_file_a_missing_folder_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileRefusal, match="no such file"):
        documents.read(tmp_path / "none.micrograd")
    with pytest.raises(FileRefusal, match="no folder “none”"):
        documents.read(tmp_path / "none" / "a.micrograd")
    with pytest.raises(FileRefusal, match="not a file"):
        documents.read(tmp_path)
    with pytest.raises(FileRefusal, match="no folder “none”"):
        documents.write(tmp_path / "none" / "a.micrograd", GRAPH)
    with pytest.raises(FileRefusal, match="it is a folder"):
        documents.write(tmp_path, GRAPH)
    if hasattr(os, "mkfifo"):  # it stays what it is, as a device does
        os.mkfifo(pipe := tmp_path / "a.micrograd")
        with pytest.raises(FileRefusal, match=r"“a[.]micrograd” is not a file"):
            documents.write(pipe, GRAPH)
        assert pipe.is_fifo()
    with pytest.raises(FileRefusal, match="cannot be read: its name is not one"):
        documents.read("a\0b.micrograd")
    with pytest.raises(FileRefusal, match="cannot be written"):
        documents.write(tmp_path / ("n" * 300 + ".micrograd"), GRAPH)


@needs_permissions
def test_what_is_not_permitted_is_said(tmp_path: Path) -> None:
    path = tmp_path / "locked.micrograd"
    documents.write(path, GRAPH)
    path.chmod(0o000)
    with pytest.raises(FileRefusal, match="not permitted"):
        documents.read(path)
    with pytest.raises(FileRefusal, match="not permitted"):
        documents.write(path, GRAPH)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.micrograd"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(FileRefusal, match="no space left on device"):
        documents.write(path, GRAPH)
    assert [each.name for each in tmp_path.iterdir()] == ["a.micrograd"]
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt", reason="no links or permissions of this kind")
def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.micrograd", tmp_path / "link.micrograd"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    documents.write(link, GRAPH)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(documents.read(real)) == len(GRAPH)


def test_the_published_schema_is_the_one_of_the_program() -> None:
    script = resource("make_schema.py")
    done = subprocess.run(
        [sys.executable, "-c", f"import runpy; print(runpy.run_path({str(script)!r})['text'](), end='')"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    published = resource("micrograd-graph.schema.json").read_text("utf-8")
    assert published == done.stdout, done.stderr
    assert json.loads(published) == codec.schema()
    of_lessons = resource("micrograd-lesson.schema.json").read_text("utf-8")
    assert json.loads(of_lessons) == reading.schema()
