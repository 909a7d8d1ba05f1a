# ruff: noqa: E501
"""Opening a file starts no program but the layout engine, reads no other file and opens no connection.

Python itself reports each of these to an audit hook, in a process of its own; hostile files of every form are
opened there, in the way that the command line, the window and programs open them.
"""

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from micrograd.dot import embedded_dot
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.door import parse, render, write
from micrograd_gui.files.embedded import pack

OPEN = """
import json, os, sys, tempfile
from pathlib import Path
import micrograd_gui as mg
import micrograd_gui.document.notation.carried
from micrograd_gui.files import documents, tables
from micrograd_gui.files.lessons import open_lesson
files, engine, theirs = json.loads(sys.argv[1])
def opened(path):
    told = []
    ways = [mg.read, lambda p: documents.resolve(Path(p)), lambda p: documents.open_named(p)]
    ways += [tables.read] if path.endswith((".csv", ".tsv", ".txt")) else []
    ways += [open_lesson] if path.endswith(".toml") else []
    for way in ways:
        try:
            told.append(type(way(path)).__name__)
        except mg.Refusal as refusal:
            told.append(str(refusal))
    return told
opened(files[0]), [opened(each) for each in theirs]  # what is loaded late is loaded now
now, seen, code = "", [], (sys.prefix, sys.base_prefix, *map(os.path.realpath, sys.path))
def hook(event, args):
    if not now:
        return
    if event == "open":
        name = args[0]
        if not isinstance(name, (str, bytes, os.PathLike)):
            return
        path = os.path.realpath(os.fsdecode(name))
        if path == os.path.realpath(now) or path == os.devnull or path.startswith(code):
            return
        if path.startswith(os.path.join(tempfile.gettempdir(), "micrograd-")):  # empty, for the engine to stand in
            return
        seen.append((now, "open", path))
    elif event == "subprocess.Popen":
        if os.path.realpath(args[0]) != os.path.realpath(engine):
            seen.append((now, event, str(args[:2])))
    elif event.partition(".")[0] in ("socket", "urllib", "http", "ftplib", "smtplib", "webbrowser", "ctypes", "winreg") or event in (
        "os.exec", "os.system", "os.posix_spawn", "os.startfile", "os.remove", "os.rename", "exec", "compile", "pickle.find_class",
        "shutil.copyfile", "os.chmod", "os.link", "os.symlink",
    ):
        if event == "compile" and args[1] in ("<unknown>", b"<unknown>"):  # ast.parse of an expression
            return
        if event == "exec" and os.path.realpath(args[0].co_filename).startswith(code):  # an import
            return
        seen.append((now, event, str(args)[:200]))
sys.addaudithook(hook)
told = {}
for each in files:
    now = each
    told[each] = opened(each)
    now = ""
now = "a check of the check"
open(theirs[0]).close()
assert seen.pop()[0] == now
print(json.dumps([seen, told]))
"""


def png(text: bytes) -> bytes:
    body = b"micrograd-graph\0\0\0\0\0" + text
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(body))
        + b"iTXt"
        + body
        + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    )


def hostile(secret: Path) -> dict[str, bytes]:
    """Files that ask whoever opens them for another file, a program, or a connection."""
    name = str(secret)
    entity = f'<!DOCTYPE svg [<!ENTITY a SYSTEM "{name}"><!ENTITY b SYSTEM "http://127.0.0.1:9/x">]>'
    inside = '<metadata id="micrograd-graph">&a;&b;</metadata>'
    label = f'<img src="{name}"><script src="http://127.0.0.1:9/x"></script>'
    graph = parse("a = 2; L = a*3").relabelled(1, label)
    carried = pack(graph)
    attributes = f'image="{name}" shapefile="{name}" imagepath="{secret.parent}" href="http://127.0.0.1:9/" URL="file://{name}"'
    return {
        "entity.svg": f"{entity}<svg>{inside}</svg>".encode(),
        "parameter.svg": f'<!DOCTYPE svg [<!ENTITY % a SYSTEM "{name}"> %a;]><svg>{inside}</svg>'.encode(),
        "dtd.svg": f'<!DOCTYPE svg SYSTEM "http://127.0.0.1:9/x.dtd"><svg>{inside}</svg>'.encode(),
        "xinclude.svg": f'<svg xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{name}"/></svg>'.encode(),
        "style.svg": f'<?xml-stylesheet href="{name}"?><svg><image href="{name}"/><metadata id="micrograd-graph">{carried.replace("<", "&lt;").replace("&lt;", "&#60;")}</metadata></svg>'.encode(),
        "label.png": png(carried.encode()),
        "link.pdf": b"%PDF-1.7\n1 0 obj << /Type /Action /S /Launch /F (" + name.encode() + b") >> endobj\n"
        b"2 0 obj << /Type /EmbeddedFile /F (" + name.encode() + b") >>\nstream\n" + carried.encode() + b"\nendstream",
        "image.dot": f'digraph {{ {attributes}; b [shape=none {attributes}]; a [shape=record label="{{a|data 1}}" {attributes}] }}'.encode(),
        "html.gv": f'digraph {{ a [shape=none label=<<TABLE><TR><TD><IMG SRC="{name}"/></TD></TR></TABLE>>] }}'.encode(),
        "include.dot": f'digraph {{ stylesheet="{name}" fontpath="{secret.parent}" a [shape=record label="{{a|data 1}}"] }}\n#include "{name}"'.encode(),
        "label.micrograd": render_text(graph),
        "op.micrograd": render_text(graph).replace(b'"op": "*"', b'"op": "__import__(\'os\').system(\'id\')"'),
        "link.csv": f"=cmd|' /C calc'!A0,b\n1,2\n{name},3\n".encode(),
        "rows.csv": b"a,b\n1,2\n3,4\n",
        "expression.txt": b"__import__('os').system('id')",
        "lesson.toml": f'title = "{name}"\nopens = "{name}"\n'.encode(),
    }  # fmt: skip


def render_text(graph: Graph) -> bytes:
    from micrograd_gui.document import codec

    return codec.encode(graph).encode()


@pytest.mark.skipif(embedded_dot() is None, reason="the layout engine is not installed")
def test_opening_a_file_of_any_form_starts_reads_and_connects_to_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"format": "micrograd-graph", "version": 1, "nodes": []}')
    graph, _ = with_block(Graph(), BlockSpec("neuron", 2))
    files = [tmp_path / f"ours{suffix}" for suffix in (".svg", ".png", ".pdf", ".dot")]
    for each in files:
        render(graph, each)
    write(graph, tmp_path / "ours.micrograd")
    theirs = []
    for name, content in hostile(secret).items():
        (tmp_path / name).write_bytes(content)
        theirs.append(tmp_path / name)
    paths = [str(each) for each in (tmp_path / "ours.micrograd", *files, *theirs)]
    order = [sys.executable, "-c", OPEN, json.dumps([paths, str(embedded_dot()), paths[:5]])]
    done = subprocess.run(order, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    seen, told = json.loads(done.stdout)
    assert seen == []
    assert all(said[0] == "Graph" for path, said in told.items() if "ours" in path)
    assert told[str(tmp_path / "label.micrograd")][0] == "Graph"
    assert told[str(tmp_path / "label.png")][0] == "Graph"
