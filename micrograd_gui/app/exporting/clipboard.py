"""The picture of this moment on the clipboard: drawn in another thread, in pixels and as SVG."""

from __future__ import annotations

from functools import partial
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from micrograd.language import tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.exporting.request import ExportRequest, request_of

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData, QTimer
    from PySide6.QtGui import QImage

    from micrograd_gui.app.opening import Waiting

SVG_FORMAT = "image/svg+xml"
_COPY = "copy picture"  # as in code: of the background's jobs


def copy_picture(context: Context) -> None:
    """The rendered graph of this moment comes to the clipboard as a picture, in pixels and as SVG.

    It is drawn in another thread; where that takes long, it is told, and can be cancelled. Raises Refusal.
    """
    from PySide6.QtWidgets import QApplication

    from micrograd_gui.figures.moments import see_that_there_is_something

    request = request_of(context)
    see_that_there_is_something(request.graph, request.options)
    waiting, soon = _waiting_line(context)

    def ended() -> None:
        soon.stop()
        waiting.hide()

    def arrived(picture: CopiedPicture) -> None:
        ended()
        QApplication.clipboard().setMimeData(_mime_data(picture))
        context.say(
            " ".join([tr("The picture is on the clipboard, as PNG and as SVG."), picture.note]).strip()
        )

    def failed(error: Exception) -> None:
        ended()
        context.say(str(error), refused=True)

    soon.start()
    context.background.start(
        _COPY, partial(draw_picture, request), done=arrived, failed=failed, stoppable=True
    )


def _waiting_line(context: Context) -> tuple[Waiting, QTimer]:
    """What is seen in the status bar, with a way out, and the clock that shows it where it takes longer."""
    from PySide6.QtCore import QTimer

    from micrograd_gui.app.opening import SHOWN_AFTER, Waiting

    waiting = context.dialog_parent.findChild(Waiting, "waiting_for_picture")
    if waiting is None:
        waiting = Waiting(context)
        waiting.setObjectName("waiting_for_picture")
        waiting.say(tr("Making the picture for the clipboard …"), cancel=True)
        waiting.button.clicked.connect(lambda: context.background.cancel(_COPY))
        waiting.button.clicked.connect(waiting.hide)
        QTimer(waiting, singleShot=True, interval=SHOWN_AFTER).timeout.connect(waiting.show)
    clock = waiting.findChild(QTimer)
    assert clock is not None
    return waiting, clock


class CopiedPicture(NamedTuple):
    """A picture in the forms that other programs paste, and what is to be told of how it was made."""

    png: bytes
    svg: bytes
    image: QImage
    note: str


def draw_picture(request: ExportRequest, *, stop: Event) -> CopiedPicture:
    """The picture that is asked for; raises Refusal, or Cancelled."""
    from PySide6.QtGui import QImage

    from micrograd_gui.export.formats import picture_bytes

    film = request.film(stop=stop)
    png = picture_bytes(film, ".png")  # first: where it would be too large, nothing is drawn
    svg = picture_bytes(film, ".svg")
    return CopiedPicture(png, svg, QImage.fromData(png), film.note)


def _mime_data(picture: CopiedPicture) -> QMimeData:
    from PySide6.QtCore import QMimeData

    data = QMimeData()
    data.setData(SVG_FORMAT, picture.svg)
    data.setData("image/png", picture.png)
    data.setImageData(picture.image)
    return data
