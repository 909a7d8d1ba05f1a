"""A headless Chromium at the end of a pipe: enough of it to open a page, press keys and ask questions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_CODES = {"PageDown": 34, "PageUp": 33, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39, " ": 32}


class Page:
    """One page; ``complaints`` is all that the browser had to say against it, ``loaded`` what it fetched."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, os.fdopen(back, "rb")
        self._number, self._session = 0, ""
        self.complaints: list[str] = []
        self.loaded: list[str] = []
        self._arrived: set[str] = set()  # the loads that are through
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            order["sessionId"] = self._session
        os.write(self._to, json.dumps(order).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _read(self) -> dict[str, Any]:
        content = bytearray()
        while (byte := self._back.read(1)) != b"\0":
            assert byte, "the browser has gone"
            content += byte
        answer: dict[str, Any] = json.loads(content)
        said = answer.get("params", {})
        match answer.get("method"):
            case "Log.entryAdded":
                self.complaints.append(said["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(said["exceptionDetails"]["text"])
            case "Network.requestWillBeSent":
                self.loaded.append(said["request"]["url"])
            case "Page.lifecycleEvent" if said["name"] == "load":
                self._arrived.add(said["loaderId"])
        return answer

    def open(self, path: Path) -> None:
        self.go_to(path.as_uri())

    def go_to(self, address: str) -> None:
        """When this returns the page is there; that it is may be told before the answer to the question."""
        load = self.call("Page.navigate", url=address)["loaderId"]
        while load not in self._arrived:
            self._read()

    def ask(self, expression: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        parameters = {"key": key, "windowsVirtualKeyCode": _CODES[key], "text": key if key == " " else ""}
        self.call("Input.dispatchKeyEvent", type="keyDown", **parameters)
        self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def click(self, selector: str) -> None:
        self.ask(f"document.querySelector({json.dumps(selector)}).click()")

    def tree(self) -> list[tuple[str, str]]:
        """Role and name of all that a screen reader is told."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (each.get("role", {}).get("value", ""), each.get("name", {}).get("value", ""))
            for each in nodes
            if not each.get("ignored")
        ]


@contextmanager
def page(folder: Path) -> Iterator[Page]:
    """A new browser with a profile in that folder, and one page of it."""
    assert PROGRAM is not None
    read, to = os.pipe()
    back, write = os.pipe()
    # Chromium reads from its file 3 and writes to its file 4.
    order = ["bash", "-c", f'exec "$@" 3<&{read} 4>&{write}', "bash", PROGRAM]
    order += ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
    order += [f"--user-data-dir={folder / 'profile'}"]
    silent = subprocess.DEVNULL
    with subprocess.Popen(order, pass_fds=(read, write), stdout=silent, stderr=silent) as process:
        os.close(read)
        os.close(write)
        opened = Page(to, back)
        try:
            yield opened
        finally:
            opened._session = ""
            os.write(to, b'{"id": 0, "method": "Browser.close"}\0')
            os.close(to)
            process.wait(60)
            opened._back.close()
