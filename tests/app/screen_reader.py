"""A client as a screen reader is one: asks over D-Bus what the window of the program is, presses its buttons.

Run in a session of its own, beside the program: it writes down what it was told, as JSON.
"""

import json
import re
import sys
import time
from pathlib import Path

from PySide6.QtCore import SLOT, QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage

ACCESSIBLE = "org.a11y.atspi.Accessible"
PATIENCE = 10  # seconds
_PLACE = re.compile(r'\(so\) "([^"]+)", \[ObjectPath: ([^\]]+)\]')  # PySide cannot read pairs
Place = tuple[str, str]
Thing = tuple[Place, str, str, tuple[str, ...]]


class Ear(QObject):
    """Hears what is announced."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    @Slot(QDBusMessage)
    def hear(self, message: QDBusMessage) -> None:
        self.heard.append(message.arguments()[3].variant())


class Client:
    """Asks on the bus of assistive technology."""

    def __init__(self) -> None:
        asked = QDBusMessage.createMethodCall("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
        answer = QDBusConnection.sessionBus().call(asked)
        self.bus = QDBusConnection.connectToBus(answer.arguments()[0], "assistive")
        assert self.bus.isConnected(), self.bus.lastError().message()
        self.ear = Ear()
        of, name = "org.a11y.atspi.Event.Object", "Announcement"
        assert self.bus.connect("", "", of, name, self.ear, SLOT("hear(QDBusMessage)"))
        registry = "org.a11y.atspi.Registry"
        self.ask((registry, "/org/a11y/atspi/registry"), "RegisterEvent", "object:announcement", of=registry)

    def ask(self, place: Place, method: str, *given: object, of: str = ACCESSIBLE) -> QDBusMessage:
        message = QDBusMessage.createMethodCall(*place, of, method)
        message.setArguments(list(given))
        answer = self.bus.call(message)
        assert answer.type() == QDBusMessage.MessageType.ReplyMessage, answer.errorMessage()
        return answer

    def children(self, place: Place) -> list[Place]:
        return _PLACE.findall(repr(self.ask(place, "GetChildren")))

    def name(self, place: Place) -> str:
        answer = self.ask(place, "Get", ACCESSIBLE, "Name", of="org.freedesktop.DBus.Properties")
        return answer.arguments()[0].variant()

    def role(self, place: Place) -> str:
        return self.ask(place, "GetRoleName").arguments()[0]

    def press(self, place: Place) -> None:
        self.ask(place, "DoAction", 0, of="org.a11y.atspi.Action")

    def program(self) -> Place:
        """The program, when it is there and has its window."""
        root = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for place in self.children(root):
                if self.children(place):
                    return place
            time.sleep(0.1)
        raise TimeoutError("no program has come")

    def walk(self, place: Place, within: tuple[str, ...] = ()) -> list[Thing]:
        """What is there: its place, role and name, and the names of what it is in. Menus are left closed."""
        role, name = self.role(place), self.name(place)
        for asked in ("GetInterfaces", "GetState", "GetRelationSet"):  # as Orca does of all that it meets
            self.ask(place, asked)
        found = [(place, role, name, within)]
        if role not in ("menu item", "popup menu", "combo box", "table"):
            for child in self.children(place):
                found += self.walk(child, (*within, name or role))
        return found


def main(report: Path) -> None:
    app = QCoreApplication([])
    client = Client()
    program = client.program()
    before = client.walk(program)
    forward = next(place for place, role, name, _ in before if "button" in role and name == "Forward")
    canvas = next(place for place, _, name, _ in before if name == "Canvas")
    client.press(forward)
    until = time.monotonic() + PATIENCE
    while not client.ear.heard and time.monotonic() < until:
        app.processEvents()
        time.sleep(0.05)
    told = {
        "heard": client.ear.heard,
        "program": client.name(program),
        "things": [thing[1:] for thing in before],
        "nodes": [(client.role(place), client.name(place)) for place in client.children(canvas)],
    }
    report.write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
