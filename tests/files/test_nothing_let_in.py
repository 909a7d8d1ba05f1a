# ruff: noqa: E501
"""Opening a file starts no program, reads no other file and opens no connection.

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
from micrograd_gui.document.notation.carried import comments
from micrograd_gui.door import parse, render, write
from micrograd_gui.export.formats import FORMS
from micrograd_gui.files import documents
from micrograd_gui.files.embedded import pack

OPENED = tuple(suffix for suffix in documents.SUFFIXES if suffix in FORMS and suffix != ".micrograd")
OPEN = """
import json, os, sys
from pathlib import Path
import micrograd_gui as mg
import micrograd_gui.document.notation.carried
from micrograd_gui.files import documents, tables
from micrograd_gui.files.lessons import open_lesson
files, theirs = json.loads(sys.argv[1])
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
        seen.append((now, "open", path))
    elif event.partition(".")[0] in ("socket", "urllib", "http", "ftplib", "smtplib", "webbrowser", "ctypes", "winreg") or event in (
        "subprocess.Popen", "os.fork", "os.exec", "os.system", "os.posix_spawn", "os.startfile", "os.remove", "os.rename", "exec", "compile", "pickle.find_class",
        "shutil.copyfile", "os.chmod", "os.link", "os.symlink",
    ):
        if event == "compile" and args[1] in ("<unknown>", b"<unknown>"):  # ast.parse of an expression
            return
        if event == "compile" and is_module(*args[:2]):  # an import, where its bytecode is not kept
            return
        if event == "exec" and os.path.realpath(args[0].co_filename).startswith(code):  # an import
            return
        seen.append((now, event, str(args)[:200]))
def is_module(source, name):
    # byte for byte what the file of a module has: not what is only said to be of one
    path = os.path.realpath(os.fsdecode(name))
    return isinstance(source, bytes) and path.startswith(code) and Path(path).read_bytes() == source
sys.addaudithook(hook)
told = {}
for each in files:
    now = each
    told[each] = opened(each)
    now = ""
now = "a check of the check"
open(theirs[0]).close()
assert seen.pop()[0] == now
compile(b"1", documents.__file__, "exec")
assert seen.pop()[:2] == (now, "compile")
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
        "image.html": f'<html><head><base href="http://127.0.0.1:9/"><link rel=stylesheet href="{name}"><script src="{name}"></script></head><body><img src="http://127.0.0.1:9/x"><iframe src="file://{name}"></iframe><svg>{inside}</svg></body></html>'.encode(),
        "carried.html": f'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd"><html><script src="{name}"></script><svg><metadata id="micrograd-graph">{carried.replace("<", "&lt;").replace("&lt;", "&#60;")}</metadata></svg></html>'.encode(),
        "input.tex": f"\\input{{{name}}}\n\\write18{{id}}\n\\openin5={name}\n\\includegraphics{{{name}}}\n".encode(),
        "carried.tex": f"\\immediate\\write18{{id}}\\input{{{name}}}\n".encode() + comments(carried, "%").encode(),
        "script.py": f"import os, socket, urllib.request\nos.system('id')\nprint(open({name!r}).read())\n__import__('subprocess').run(['id'])\nurllib.request.urlopen('http://127.0.0.1:9/x')\na = Value(2.0)\nL = a*3\n".encode(),
        "eval.py": f"from micrograd.engine import Value\na = Value(float(eval(\"__import__('os').system('id')\")))\nexec(open({name!r}).read())\nL = a*3\n".encode(),
        "carried.py": f"import os\nos.system('id')\nexec(open({name!r}).read())\n".encode() + comments(carried, "#").encode(),
        "cells.ipynb": notebook(f"!id\n%run {name}\n%load {name}", f"open({name!r}).read()", "import os; os.system('id')", "import socket; socket.create_connection(('127.0.0.1', 9))", "from micrograd.engine import Value\na = Value(2.0)\nL = a*3"),
        "numbers.ipynb": notebook(f"import numpy as np, torch, pickle\nX = np.load({name!r}, allow_pickle=True)\nY = np.genfromtxt('http://127.0.0.1:9/x')\nZ = torch.load({name!r})\nW = pickle.load(open({name!r}, 'rb'))"),
        "picture.ipynb": notebook(f"from IPython.display import Image\nImage(url='http://127.0.0.1:9/x')\nImage({name!r})"),
        "chunk.webp": b"RIFF" + struct.pack("<I", 20) + b"WEBPXMP " + struct.pack("<I", 8) + b"&a;&b;  ",
        "comment.gif": b"GIF89a\1\0\1\0\0\0\0!\xfe" + bytes([len(name) % 256]) + name.encode()[:255] + b"\0;",
        "flow.mmd": f'flowchart LR\n  click a href "file://{name}"\n  a["<img src={name}>"] --> b\n'.encode(),
        "rows.tsv": f"=WEBSERVICE(\"http://127.0.0.1:9/x\")\tb\n1\t2\n=HYPERLINK(\"file://{name}\")\t3\n".encode(),
        "folder.micrograd": render_text(graph).replace(b'"op": "*"', b'"op": "' + name.encode() + b'"'),
        "lesson.toml": f'title = "{name}"\nopens = "{name}"\n'.encode(),
    }  # fmt: skip


def notebook(*cells: str) -> bytes:
    """A notebook of code, the outputs of which name things to fetch."""
    html = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": "<img src='http://127.0.0.1:9/x'>"},
    }
    made = [
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [html], "source": cell}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def render_text(graph: Graph) -> bytes:
    from micrograd_gui.document import codec

    return codec.encode(graph).encode()


@pytest.mark.skipif(embedded_dot() is None, reason="the layout engine is not installed")
def test_opening_a_file_of_any_form_starts_reads_and_connects_to_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"format": "micrograd-graph", "version": 1, "nodes": []}')
    graph, _ = with_block(Graph(), BlockSpec("neuron", 2))
    files = [tmp_path / f"ours{suffix}" for suffix in OPENED]
    for each in files:
        render(graph, each)
    write(graph, tmp_path / "ours.micrograd")
    plain = tmp_path / "plain.ipynb"
    cell = "import random\nimport numpy as np\nfrom micrograd.engine import Value\nrng = random.Random(5)\nX = np.array([[1.0, 2.0]])\n"
    plain.write_bytes(notebook(cell + "a = Value(rng.random())\nL = a*3", "import torch\nW = torch.ones(2)"))
    files.append(plain)
    theirs = []
    for name, content in hostile(secret).items():
        (tmp_path / name).write_bytes(content)
        theirs.append(tmp_path / name)
    paths = [str(each) for each in (tmp_path / "ours.micrograd", *files, *theirs)]
    order = [sys.executable, "-c", OPEN, json.dumps([paths, paths[: 1 + len(files)]])]
    done = subprocess.run(order, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    seen, told = json.loads(done.stdout)
    assert seen == [], told
    assert all(said[0] == "Graph" for path, said in told.items() if "ours" in path)
    assert told[str(tmp_path / "label.micrograd")][0] == "Graph"
    for name in ("label.png", "carried.html", "carried.tex", "carried.py", "cells.ipynb"):
        assert told[str(tmp_path / name)][0] == "Graph", name
    assert {Path(path).suffix for path in told} >= {*documents.SUFFIXES}, "each form that opens is here"
