"""Documents: opening, saving and exporting from the window, and what is dropped on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal

from micrograd.language import N_, kept, tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.file_dialogs import FILES, ROWS, ask_path, ask_unsaved, graph_filters, plot_filters
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Fingerprint
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.document.text import visible
from micrograd_gui.files import documents
from micrograd_gui.files.atomic import quoted_name
from micrograd_gui.files.documents import SUFFIXES, OpenedGraph, as_path, is_address, open_named
from micrograd_gui.log import logger_of
from micrograd_gui.session.record import forget_ahead, known_ahead, parts_of
from micrograd_gui.session.state import State
from micrograd_gui.session.transitions import BUILT, opened
from micrograd_gui.views.background import later

_log = logger_of(__name__)

WATCHED_AFTER = 1000  # milliseconds after a file was opened: the first paint is over

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from micrograd_gui.app.disk import DiskWatch
    from micrograd_gui.app.opening import Behind, Prepared
    from micrograd_gui.document.marks import Sight
    from micrograd_gui.session.filed import Filing
    from micrograd_gui.session.session import Change
    from micrograd_gui.session.trace import RecordedRun
    from micrograd_gui.views.canvas.scene import Scene


def document_name(state: State) -> str:
    """What the document is called in the title and in questions: what it was opened as, or built from."""
    if state.path:
        return visible(state.path.stem, "�")
    history = state.history
    built = any(entry.name == BUILT for entry in history.entries[1 : history.index + 1])
    return tr("expression") if built else visible(state.title, "�") or tr("untitled")


class Documents(QObject):
    """What File does. Each way in replaces the document only after the question about unsaved work.

    ``stage`` is what is told of the file above; ``seen()`` the fields of a Sight that panes know,
    ``scene`` is that of the canvas, which takes over what was made ready behind the window.

    Signals: ``places_wanted(said)``, where a graph has come without places, and what is said of it;
    ``remembered``, of a recent file; ``beside_wanted(path)``, where a file is to be seen in a further window.
    """

    places_wanted = Signal(str)
    remembered = Signal()
    beside_wanted = Signal(object)

    stage: QWidget
    seen: Callable[[Sight], Sight]
    scene: Scene

    def __init__(self, context: Context) -> None:
        super().__init__(context.dialog_parent)
        self._context = context
        self._settings = context.settings
        self._behind: Behind | None = None
        self._watch: DiskWatch | None = None
        context.session.work = self.work

    def stand_on(self, stage: QWidget, seen: Callable[[Sight], Sight], scene: Scene) -> None:
        """The panes there are from now on."""
        self.stage, self.seen, self.scene = stage, seen, scene
        self._behind = self._watch = None  # what they show stood on others

    @property
    def busy(self) -> bool:
        """Whether something goes on behind the window."""
        return self._behind is not None and self._behind.busy

    # In --------------------------------------------------------------------------------------

    def open_source(self, source: OpenedGraph) -> None:
        """Open what was read at once, without a question."""
        self._take(source, arranged(source.graph))

    @Net("open", N_("The file"))
    def open_soon(self, source: OpenedGraph | Path, then: Callable[[], object] = lambda: None) -> None:
        """Open it without a question, behind the window where that may take long; raises Refusal.

        What is done meanwhile is not lost without one, and what is refused behind the window is said there.
        ``then`` is called when it is open.
        """
        before = self._context.session.state.graph

        def arrived(made: Prepared) -> None:
            if self._context.session.state.graph is before:
                self.take_prepared(made, then)
            else:
                self.unless_unsaved(lambda: self.take_prepared(made, then))

        if isinstance(source, Path) and not documents.takes_long(source):
            source = open_named(source)
        if isinstance(source, Path) or self._is_large(source):
            self.behind.open(source, arrived)
        else:
            self.open_source(source)
            then()

    @staticmethod
    def _is_large(source: OpenedGraph) -> bool:
        if len(source.graph) <= LARGE and not source.graph.sight.passes:
            return False
        from micrograd_gui.app.opening import is_large

        return is_large(source.graph)

    def open_example(self, name: str) -> None:
        """Open a built-in example at once, without a question."""
        self.open_source(OpenedGraph(documents.load_example(name), title=name))

    def new(self) -> None:
        """An empty document, after the question."""
        self.unless_unsaved(self._context.session.new)

    def ask_open(self) -> None:
        """Ask for a file, and open it."""
        self.unless_unsaved(
            lambda: ask_path(
                self._parent,
                tr("Open"),
                graph_filters(),
                self._settings.folder,
                self._attempt_open,
                saving=False,
            )
        )

    def choose_example(self, name: str) -> None:
        """Open a built-in example, after the question."""
        self.unless_unsaved(lambda: self._context.bridge.attempt(self.open_example, name))

    def choose_recent(self, path: Path) -> None:
        """Open a file that was open before, after the question."""
        self.unless_unsaved(lambda: self._attempt_open(path))

    def _attempt_open(self, path: Path, then: Callable[[], object] = lambda: None) -> None:
        def opened() -> None:
            self._remember(path)
            then()

        self._context.bridge.attempt(self.open_soon, path, opened)

    def take_prepared(self, made: Prepared, then: Callable[[], object] = lambda: None) -> None:
        """Open what was made ready behind the window."""
        self.scene.expect(made.scene)
        self._take(made.opened, made.graph, made.run)
        then()

    def _take(self, source: OpenedGraph, whole: Graph, run: RecordedRun | None = None) -> None:
        _log.info("opened %s: %d nodes", source.title or source.path or "a graph", len(whole))
        gone = self._large_parts()
        if len(whole) > LARGE or gone:
            forget_ahead()
        if run is not None:
            known_ahead(whole, run)
        if source.path is None or source.known is None:
            self._context.session.open_graph(whole, source.path, source.title)
        else:
            self._filing.opened(opened(self._context.session.state, whole, source.path, ""), source.known)
            later(self, lambda: self.watch.look(), after=WATCHED_AFTER)
        if len(whole) > LARGE:
            self.behind.work_out(whole)
        hidden = {node for block in whole.blocks if block.collapsed for node in whole.within(block.id)}
        if whole is not source.graph and len(whole) - len(hidden) <= LARGE:
            self.places_wanted.emit(source.said)  # they are worked out behind the first picture
        if source.said:
            self._context.say(source.said)
        if gone:
            from micrograd_gui.document.in_parts import let_go_by_turns

            let_go_by_turns(gone)

    def _large_parts(self) -> list[object]:
        """What the document has many of, where it is large: freed at once they would hold the window."""
        state = self._context.session.state
        return [*state.graph.nodes.values(), *parts_of(state.trace)] if len(state.graph) > LARGE else []

    @Net("drop", N_("What was dragged in"))
    def open_dropped(self, paths: Sequence[Path]) -> None:
        """Open the first of the files, after the question where there is unsaved work; raises Refusal."""
        known = [path for path in paths if path.suffix.lower() in SUFFIXES]
        if not known:
            suffixes = ", ".join(SUFFIXES)
            if len(paths) == 1:
                file = quoted_name(paths[0])
                raise Refusal(
                    tr("{file} holds no graph: these do: {suffixes}.", file=file, suffixes=suffixes)
                )
            raise Refusal(tr("What was dropped holds no graph: these do: {suffixes}.", suffixes=suffixes))

        def open_it() -> None:
            self._attempt_open(known[0], say_which)

        def say_which() -> None:
            if len(paths) > 1:
                many = tr(
                    "Of {n} files {file} was opened: a window shows one graph.",
                    n=len(paths),
                    file=quoted_name(known[0]),
                )
                self._context.say(many)

        self.unless_unsaved(open_it)

    # Out -------------------------------------------------------------------------------------

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save to the document's own file; where it has none, ask for one."""
        path = self._context.session.state.path
        if path is None:
            self.ask_save(then)
        else:
            self._attempt_save(path, then)

    def ask_save(self, then: Callable[[], object] | None = None) -> None:
        """Ask for a file, save to it, and go on with ``then``."""
        start = self._settings.folder / f"{self.name}{documents.SUFFIX}"
        ask_path(self._parent, tr("Save as"), tr(FILES), start, lambda path: self._attempt_save(path, then),
                 saving=True, suffix=documents.SUFFIX[1:])  # fmt: skip

    def save_to(self, path: Path) -> None:
        """Save to that file; raises Refusal where it cannot be written."""
        graph = self._context.session.state.graph
        known = documents.save(path, graph.seen(self.sight()))
        self._filing.saved(graph, path, known)
        self._remember(path)

    def sight(self) -> Sight:
        """What is seen of the document, to be seen again when it is opened."""
        from micrograd_gui.session.filed import sight_of

        return self.seen(sight_of(self._context.session.state))

    def _attempt_save(self, path: Path, then: Callable[[], object] | None) -> None:
        state = self._context.session.state
        own = path == state.path and state.disk is not None
        if own and not _is_long(state.graph) and self.watch.look_now() == "changed":
            self._ask_overwrite(path, then)
        else:
            self._write(path, then, look=own)

    def _write(self, path: Path, then: Callable[[], object] | None, *, look: bool = False) -> None:
        before = self._context.session.state
        graph = before.graph

        def written(known: object) -> None:
            state = self._context.session.state
            if isinstance(known, Fingerprint):
                self._remember(path)
                if not state.same_document(before):
                    return  # another one was opened meanwhile: it is not what that file holds
                self._filing.saved(graph, path, known)
            if then is not None and not self._context.session.state.unsaved:
                then()

        if _is_long(graph):
            whole = graph.seen(self.sight())
            known = before.disk.known if look and before.disk is not None else None

            def ended(made: object) -> None:
                if made is not None:
                    written(made)
                elif self._context.session.state.same_document(before):
                    self._ask_overwrite(path, then)

            self.behind.save(path, lambda: _save_long(path, whole, known), ended)
        else:
            written(self._context.bridge.attempt(self.save_to, path))

    def work(self, size: int, change: Change) -> State:
        """What a change makes of the State, behind the window where it is of very many nodes or letters."""
        if size <= LARGE:
            return change(self._context.session.state)
        return self.behind.work(change, self.scene)

    @property
    def behind(self) -> Behind:
        """Where what takes long goes on; made when it is first needed."""
        if self._behind is None:
            from micrograd_gui.app.opening import Behind

            self._behind = Behind(self._context)
        return self._behind

    # The disk --------------------------------------------------------------------------------

    @property
    def watch(self) -> DiskWatch:
        """Who looks at the file; nobody needs it before the first paint."""
        if self._watch is None:
            from micrograd_gui.app.disk import DiskWatch

            ways = self.reload, self.look_at_both, self.save
            self._watch = DiskWatch(self._context, self.stage, *ways)
        return self._watch

    @property
    def _filing(self) -> Filing:
        from micrograd_gui.session.filed import Filing  # a document without a file does without it

        return self._context.session.room(Filing)

    def look(self) -> None:
        """The window was entered: look whether the file is what it was."""
        if self._context.session.state.disk is not None:
            self.watch.look()

    def look_now(self) -> None:
        """Something is about to be lost: look at once."""
        if self._context.session.state.disk is not None:
            self.watch.look_now()

    def _ask_overwrite(self, path: Path, then: Callable[[], object] | None) -> None:
        from micrograd_gui.app.disk import ask_overwrite

        ask_overwrite(self._parent, path, lambda: self._write(path, then), lambda: self.ask_save(then),
                      self.reload, self.look_at_both)  # fmt: skip

    def reload(self) -> None:
        """What the file holds now, as an edit: undo brings the graph back."""
        path = self._context.session.state.path
        if path is not None and documents.takes_long(path):
            self.behind.open(path, self._reloaded)
        elif path is not None and (read := self._context.bridge.attempt(open_named, path)) is not None:
            self._replace(read, arranged(read.graph))

    def _reloaded(self, made: Prepared) -> None:
        if self._context.session.state.path == made.opened.path:  # else another document was opened meanwhile
            self.scene.expect(made.scene)
            self._replace(made.opened, made.graph)

    def _replace(self, read: OpenedGraph, whole: Graph) -> None:
        if read.path is None or read.known is None:
            return
        self._context.session.replace_graph(whole, kept("Reload {name}", name=visible(read.path.stem, "�")))
        self._filing.saved(self._context.session.state.graph, read.path, read.known)
        if not read.graph.places:
            self.places_wanted.emit("")

    def look_at_both(self) -> None:
        """The file as it is now in a second window."""
        if self._context.session.state.path is not None:
            self.beside_wanted.emit(self._context.session.state.path)

    def ask_export_plot(self, save: Callable[[Path], object]) -> None:
        """A file for the plot; ``save`` writes it, or raises Refusal."""
        self._ask_target(tr("Export the plot"), plot_filters(), "-plot.svg", save)

    # Rows to learn from ----------------------------------------------------------------------

    def ask_open_rows(self, read: Callable[[Path], object]) -> None:
        """A file of rows; ``read`` takes them over."""
        ask_path(self._parent, tr("Rows from a file"), tr(ROWS), self._settings.folder, read, saving=False)

    def ask_save_rows(self, save: Callable[[Path], object]) -> None:
        """A file for the rows; ``save`` writes it, or raises Refusal."""
        self._ask_target(tr("Save the rows"), tr(ROWS), "-rows.csv", save)

    def _ask_target(self, title: str, filters: str, ending: str, save: Callable[[Path], object]) -> None:
        start = self._settings.folder / f"{self.name}{ending}"
        ask_path(self._parent, title, filters, start, lambda path: self._context.bridge.attempt(save, path),
                 saving=True, suffix=ending.rpartition(".")[2])  # fmt: skip

    # Names and questions ---------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What the document is called in the title and in questions."""
        return document_name(self._context.session.state)

    @property
    def _parent(self) -> QWidget:
        return self._context.dialog_parent

    def unless_unsaved(self, then: Callable[[], object]) -> None:
        """Go on, after the question where there is unsaved work."""
        self.look_now()
        if self._context.session.state.unsaved:
            ask_unsaved(self._parent, self.name, self.save, then)
        else:
            then()

    def _remember(self, path: Path) -> None:
        self._settings.remember(path)
        self.remembered.emit()


def _is_long(graph: Graph) -> bool:
    """Whether to write it takes longer than a window should wait."""
    return len(graph) > LARGE or (graph.data is not None and len(graph.data) > LARGE)


def _save_long(path: Path, graph: Graph, known: Fingerprint | None) -> Fingerprint | None:
    """Save it; None where the file is no longer what is known of it. For another thread than the window's."""
    from micrograd_gui.document.in_parts import uncollected
    from micrograd_gui.files import looking

    if known is not None and looking.look(path, known)[1] == "changed":
        return None
    with uncollected():
        return documents.save(path, graph)


_ADDRESSES = 1_000_000  # letters: a longer text is no list of them, and is not looked through at each move


def dropped_names(mime: QMimeData) -> list[str]:
    """The addresses that are dragged, of files and of what else there is; none where something else is."""
    if mime.hasUrls():
        from PySide6.QtCore import QUrl  # late, as all that nothing needs before something is dropped

        return [url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in mime.urls()]
    text = mime.text()  # as some programs drag a file
    return [line for line in text.splitlines() if is_address(line)] if len(text) < _ADDRESSES else []


def dropped_paths(mime: QMimeData) -> tuple[Path, ...]:
    """The files that are dragged; raises Refusal where there are only addresses of what is not here."""
    names = dropped_names(mime)
    files = [name for name in names if name.lower().startswith("file:")]
    return tuple(Path(as_path(name)) for name in files or names)
