"""What is in a build: the program's own files, what it uses of others, and the notices that they ask for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from micrograd import __version__ as VERSION
from micrograd.dot import embedded_dot

IDENTIFIER = "org.example.micrograd-gui"  # a placeholder of RFC 2606, as in resources/desktop
MADE = (("commit.txt", "micrograd_gui"), ("NOTICES", "NOTICES"))  # what build.py has made, and where it goes

UNUSED_MODULES = [
    "tkinter", "pydoc", "doctest", "test", "pip", "setuptools", "pkg_resources", "distutils",
    "torch", "jax", "numba", "sklearn", "IPython", "ipykernel", "pytest", "mypy", "scipy",
    "PySide6.QtNetwork", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtOpenGL", "PySide6.QtTest",
    "PySide6.QtSql", "PySide6.QtDesigner", "PySide6.QtPrintSupport", "PySide6.QtHelp", "PySide6.QtConcurrent",
    "numpy.f2py", "numpy.testing", "numpy.distutils", "matplotlib.tests",
    "PIL.AvifImagePlugin", "PIL._avif", "PIL.ImageTk", "PIL.ImageQt",
    "fontTools.voltLib",
]  # fmt: skip

# Files of others that nothing here reads: Qt's modules and plugins beyond the window, matplotlib's samples
# and the fonts of its old forms. Of matplotlib's own fonts the program's, and those of formulas, stay.
_UNUSED = re.compile(
    r"""
    mpl-data/(sample_data|images|plot_directive|kpsewhich\.lua|fonts/(afm|pdfcorefonts)|fonts/ttf/DejaVuSerif)
    |Qt/qml/
    |Qt/translations/(?!qtbase_(de|es|fr|ja|zh_CN)\.qm)
    |plugins/(platforminputcontexts/.*virtualkeyboard|platforms/.*(eglfs|linuxfb|vnc|vkkhrdisplay|minimalegl)|egldeviceintegrations
        |sqldrivers|qmltooling|tls|networkinformation|generic/.*tuio|designer|wayland-graphics-integration-server)
    |Qt6?(Qml|Quick|VirtualKeyboard|Sql|Test|Designer|Help|Concurrent|PrintSupport|OpenGLWidgets|EglFS|Labs|LanguageServer)
    |platformthemes/.*gtk|imageformats/.*(tiff|tga|wbmp|icns)|generic/.*evdev|wayland-shell-integration/.*(ivi|fullscreen|qt-shell)
    |Qt6?Network|^lib(gtk|gdk|epoxy|atk|atspi|cairo|pango|thai|datrie|fribidi|pixman|harfbuzz\.|graphite2|gio|gmodule|gobject)
    |^lib(gssapi|krb5|k5crypto|com_err|keyutils|Xcomposite|Xcursor|Xdamage|Xinerama|avif|mount|blkid|selinux|epoxy)
    |libavif|PIL/_avif
    |(dateutil|tzdata|pytz)/(zoneinfo|.*\.tar\.gz)
    """,
    re.VERBOSE,
)  # fmt: skip


def is_used(name: str) -> bool:
    """Whether a file of others, by its place in the build, is used."""
    return _UNUSED.search(name.replace("\\", "/")) is None


# What others import by a name that is only made when a plot is written: matplotlib's writers, by form.
BY_NAME = ["matplotlib.backends.backend_svg", "matplotlib.backends.backend_pdf"]


def own_modules() -> list[str]:
    """All modules of the program: some are imported by a name that is only made when it runs."""
    names = []
    for package in ("micrograd", "micrograd_gui"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def data() -> list[tuple[str, str]]:
    """The files of resources/ that the program reads, and the folder of the build for each."""
    return [
        (str(path), (Path("micrograd_gui") / path.relative_to(ROOT).parent).as_posix())
        for path in sorted((ROOT / "resources").rglob("*"))
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]


def graphviz() -> Path:
    """The program that lays graphs out, which stands beside the build's own."""
    found = embedded_dot()
    if found is None:
        raise SystemExit(
            "graphviz-pure is not installed in this Python: build in an environment made for it."
        )
    return found


INFO_PLIST = {
    "CFBundleShortVersionString": VERSION,
    "CFBundleDocumentTypes": [
        {
            "CFBundleTypeName": "micrograd graph",
            "CFBundleTypeRole": "Editor",
            "CFBundleTypeIconFile": "micrograd-gui.icns",
            "LSItemContentTypes": ["org.example.micrograd-graph"],
            "LSHandlerRank": "Owner",
        }
    ],
    "UTExportedTypeDeclarations": [
        {
            "UTTypeIdentifier": "org.example.micrograd-graph",
            "UTTypeDescription": "micrograd graph",
            "UTTypeConformsTo": ["public.json"],
            "UTTypeTagSpecification": {"public.filename-extension": ["micrograd"]},
        }
    ],
    "NSHighResolutionCapable": True,
    "LSApplicationCategoryType": "public.app-category.education",
}

# ---------------------------------------------------------------- notices

_BY_NAME = ("LICENS", "LICENC", "COPYING", "NOTICE", "AUTHORS", "THIRD-PARTY")
DISTRIBUTIONS = (
    "PySide6-Essentials", "shiboken6", "matplotlib", "numpy", "graphviz", "graphviz-pure", "msgspec",
    "pillow", "fpdf2", "uharfbuzz", "contourpy", "cycler", "defusedxml", "fonttools", "kiwisolver",
    "packaging", "pyparsing", "python-dateutil", "tzdata",
)  # fmt: skip


def notice_files(distribution: str) -> Iterator[Path]:
    """The licenses and notices that lie in a distribution's package."""
    for file in metadata.distribution(distribution).files or ():
        if any(word in part.upper() for part in file.parts for word in _BY_NAME) and ".py" not in file.name:
            path = Path(str(file.locate()))
            if path.is_file():
                yield path


def write_notices(folder: Path) -> None:
    """A folder for each of the others with its notices, our own license, and all versions."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    versions = [f"micrograd-gui {VERSION}", f"Python {sys.version.split()[0]}"]
    for name in DISTRIBUTIONS:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:  # one of another system
            continue
        for path in notice_files(name):
            place = folder / name / path.name
            if place.exists():  # of two parts of it
                place = folder / name / f"{path.parent.name}-{path.name}"
            place.parent.mkdir(exist_ok=True)
            shutil.copy(path, place)
    (folder / "versions.txt").write_text("\n".join(versions) + "\n", "utf-8")
    for name in ("PySide6-Essentials", "shiboken6"):
        (folder / name).mkdir(exist_ok=True)
        for text in ("Qt.txt", "LGPL-3.0.txt", "GPL-3.0.txt"):  # its package has none of them
            shutil.copy(Path(__file__).parent / "licenses" / text, folder / name / text)
    python = next((path for path in _of_python() if path.is_file()), None)
    if python is not None:
        (folder / "Python").mkdir()
        shutil.copy(python, folder / "Python" / "LICENSE.txt")


def _of_python() -> Iterator[Path]:
    """Where Python's own license may lie."""
    library = Path(shutil.__file__).parent
    yield from (library / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt")


def notices_of_system(libraries: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The notice of each of the system's packages that these files belong to, and its place in the build.

    Each file that is not one of Python's or of its packages belongs to one. Debian keeps a notice of each,
    and apart from them the licenses that many name. Raises LookupError where one is not known.
    """
    own = tuple({os.path.realpath(each) + os.sep for each in (sys.prefix, sys.base_prefix, ROOT)} - {"/usr/"})
    shared: set[Path] = set()
    given: set[str] = set()
    for path in sorted({os.path.realpath(each) for each in libraries}):
        if path.startswith(own):
            continue
        package = _package_of(path)
        if package in given:
            continue
        given.add(package)
        notice = Path("/usr/share/doc", package, "copyright")
        if not notice.is_file():
            raise LookupError(f"{path} is of the package {package}, whose notice {notice} is not here")
        yield f"NOTICES/system/{package}.txt", notice
        named = re.findall(r"/usr/share/common-licenses/([\w.+-]*\w)", notice.read_text("utf-8", "replace"))
        shared |= {Path("/usr/share/common-licenses", name) for name in named}
    for license in filter(Path.is_file, sorted(shared)):
        yield f"NOTICES/system/common-licenses/{license.name}.txt", license


def _package_of(path: str) -> str:
    """The system's package that a file came with; raises LookupError where none is known."""
    if not shutil.which("dpkg-query"):
        raise LookupError(f"{path} is of the system, whose notices are known on Debian alone: build there")
    for written in (path, path.removeprefix("/usr")):  # from before /lib was joined with /usr/lib
        done = subprocess.run(["dpkg-query", "-S", written], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    raise LookupError(f"{path} came with no package of the system")


def make(folder: Path) -> None:
    """What the build takes that lies nowhere yet: the notices, the commit, the icons of Windows and macOS."""
    from micrograd_gui.version import commit

    write_notices(folder / "NOTICES")
    (folder / "commit.txt").write_text(commit(), "utf-8")
    sys.path.insert(0, str(ROOT / "resources" / "icons"))
    from make import main as draw

    draw(str(folder), kept=False)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
