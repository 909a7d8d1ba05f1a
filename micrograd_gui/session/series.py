"""Series: numbers in a row that grow at the end, for the price of what is added."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload


class Series(Sequence[float]):
    """Frozen for all who hold it. Longer ones share its store, as long as they grow from its end."""

    __slots__ = ("_length", "_store")

    def __init__(self, numbers: Iterable[float] = ()) -> None:
        self._store = array("d", numbers)
        self._length = len(self._store)

    def extended(self, numbers: Iterable[float]) -> Series:
        """With more numbers at the end."""
        longer = Series()
        longer._store = self._store if len(self._store) == self._length else self._store[: self._length]
        longer._store.extend(numbers)
        longer._length = len(longer._store)
        return longer

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...
    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        if isinstance(index, slice):
            return self._store[: self._length][index]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._store[index if index >= 0 else self._length + index]

    def __iter__(self) -> Iterator[float]:
        return iter(self._store[: self._length])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
