"""The screen: whether a window can be opened here, asked before Qt, which ends the process where not."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

from micrograd.language import tr

WAIT = 3.0  # seconds that a display has to answer
_PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"  # as in code
UNSEEN = ("offscreen", "minimal")  # platforms that need nothing, and that nobody sees
_PLUGINS = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_PLUGIN_PATH")  # other packages set them, for a Qt of their own


def why_no_screen() -> str:
    """Why no window can be opened here, as a sentence; empty where one can. Never takes longer than seconds.

    Where one of two displays is dead, Qt is told to take the other.
    """
    gui = sys.modules.get("PySide6.QtGui")
    if sys.platform in ("win32", "darwin") or (
        gui is not None and gui.QGuiApplication.instance() is not None
    ):
        return ""
    named = os.environ.get("QT_QPA_PLATFORM", "")
    wanted = [each.partition(":")[0].strip().lower() for each in named.split(";") if each.strip()]
    if wanted and wanted[0] in UNSEEN:
        return tr("There is no screen here: {why}.", why=why) if (why := why_no_qt()) else ""
    known = all(each == "xcb" or each.startswith("wayland") for each in wanted)
    if not known or any(os.environ.get(each) for each in _PLUGINS):
        return _why_qt_ends()
    asked = wanted or [
        name
        for name, variable in (("wayland", "WAYLAND_DISPLAY"), ("xcb", "DISPLAY"))
        if os.environ.get(variable)
    ]
    if not asked:
        return tr("There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set.")
    reasons = {name: _why_not_x11() if name == "xcb" else _why_not_wayland() for name in asked}
    alive = [name for name, why in reasons.items() if not why]
    if not alive:
        return tr("There is no screen here: {why}.", why=tr("; ").join(dict.fromkeys(reasons.values())))
    if len(alive) < len(reasons):
        os.environ["QT_QPA_PLATFORM"] = ";".join(alive)
    return ""


def _why_not_x11() -> str:
    """Why Qt cannot open a window on the X display; empty where it can."""
    name = os.environ.get("DISPLAY", "")
    host, colon, rest = name.rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdecimal():
        if not name:
            return tr("DISPLAY is not set")
        return tr("DISPLAY is “{name}”, which names no display", name=name[:60])
    usual = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - X11 itself says so
    places: list[str | tuple[str, int]] = [f"\0{usual}", usual] if sys.platform == "linux" else [usual]
    if host.startswith("/"):
        places = [name, f"{host}:{number}"]
    elif host not in ("", "unix"):
        places = [(host.strip("[]"), 6000 + int(number))]
    hello = struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0)
    answer = _answer(places, hello)
    if not answer:
        if answer is not None:
            return tr("the display that DISPLAY names, “{name}”, does not answer", name=name[:60])
        return tr("the display that DISPLAY names, “{name}”, is not there", name=name[:60])
    if answer[0] != 1 and not _lets_us_in():
        return tr("the display that DISPLAY names, “{name}”, does not let us in", name=name[:60])
    return _why_not_loaded("libqxcb.so")


def _why_not_wayland() -> str:
    """Why Qt cannot open a window on the Wayland display; empty where it can."""
    name = os.environ.get("WAYLAND_DISPLAY", "wayland-0")
    place = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)  # an absolute name stays
    if not os.path.isabs(place):
        return tr("XDG_RUNTIME_DIR is not set, in which the display stands that WAYLAND_DISPLAY names")
    registry = struct.pack("=IHHI", 1, *((1, 12) if sys.byteorder == "little" else (12, 1)), 2)
    answer = _answer([place], registry)
    if not answer:
        if answer is not None:
            return tr("the display that WAYLAND_DISPLAY names, “{name}”, does not answer", name=name[:60])
        return tr("the display that WAYLAND_DISPLAY names, “{name}”, is not there", name=name[:60])
    return _why_not_loaded("libqwayland.so")


def _answer(places: list[str | tuple[str, int]], hello: bytes) -> bytes | None:
    """The first bytes that the first of the places answers; empty: none in time. None: nobody is there."""
    import _socket  # all that `socket` brings besides would be loaded before the first paint

    for place in places:
        family = _socket.AF_UNIX if isinstance(place, str) else _socket.AF_INET
        if isinstance(place, tuple) and ":" in place[0]:
            family = _socket.AF_INET6
        try:
            door = _socket.socket(family, _socket.SOCK_STREAM, 0)
        except OSError:
            continue
        try:
            door.settimeout(WAIT)
            door.connect(place)
            door.send(hello)
            return door.recv(8)
        except TimeoutError:
            return b""
        except (OSError, ValueError):
            continue
        finally:
            door.close()
    return None


def _lets_us_in() -> bool:
    """Whether the display takes what this user has for it, where it does not let everybody in."""
    import ctypes

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    door = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(door)
    xcb.xcb_disconnect(door)
    return not failed


def why_no_qt() -> str:
    """Why Qt itself cannot be loaded, as it misses libraries of the system; empty where it can."""
    if sys.platform in ("win32", "darwin") or "PySide6.QtGui" in sys.modules:
        return ""
    said = _why_not_opened("lib", "libQt6Widgets.so.6")
    return tr("Qt cannot be loaded ({why})", why=said) if said else ""


def _why_not_loaded(plugin: str) -> str:
    """Why Qt's plugin for a display cannot be loaded; empty where it can. Qt would load it a moment later."""
    said = _why_not_opened("plugins", "platforms", plugin)
    return tr("Qt cannot use the display: {why}", why=said) if said else ""


def _why_not_opened(*parts: str) -> str:
    """Why a library of PySide6's Qt cannot be opened; empty where it can, or lies elsewhere."""
    import _ctypes
    from importlib.util import find_spec

    spec = find_spec("PySide6")
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    found = [Path(each, "Qt", *parts) for each in folders]
    path = next((each for each in found if each.exists()), None)
    if path is None:
        return (
            "" if not folders or not found[0].parent.exists() else tr("Qt has no {file} here", file=parts[-1])
        )
    try:
        _ctypes.dlopen(str(path), os.RTLD_LAZY)
    except OSError as error:
        return " ".join(str(error).split())[:160]
    return ""


def _why_qt_ends() -> str:
    """Why a Qt in a process of its own ends; empty where it does not. It takes a third of a second."""
    import subprocess

    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10 * WAIT,
        )
    except subprocess.TimeoutExpired:
        return tr("There is no screen here: Qt does not come to the display.")
    except OSError:
        return ""
    if not done.returncode:
        return ""
    said = next((line for line in done.stderr.splitlines() if "qt.qpa" in line or "plugin" in line), "")
    why = " ".join(said.split())[:200].rstrip(".") or tr("Qt finds none")
    return tr("There is no screen here: {why}.", why=why)
