"""Owns texts of .xls that are cut into several records, [MS-XLS] 2.5.293: each goes on in letters of its own width."""

from __future__ import annotations

from collections.abc import Sequence

_WIDE, _SPOKEN, _RICH = 0x01, 0x04, 0x08


class Pieces:
    """The content of a record and of those that continue it, read from its beginning. Raises ValueError at its end."""

    def __init__(self, pieces: Sequence[bytes], at: int = 0) -> None:
        self._pieces = pieces
        self._number = 0
        self._at = at

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        self._go_on()
        return self._at >= len(self._pieces[self._number])

    def text(self, width: int) -> str:
        """Return the next text: its length in so many bytes, flags, letters, then runs of fonts and what is spoken."""
        count = int.from_bytes(self._take(width), "little")
        flags = self._take(1)[0]
        runs = int.from_bytes(self._take(2), "little") if flags & _RICH else 0
        spoken = int.from_bytes(self._take(4), "little") if flags & _SPOKEN else 0
        letters = self._letters(count, bool(flags & _WIDE))
        self._take(4 * runs)
        self._take(spoken)
        return letters

    def narrow(self, width: int) -> bytes:
        """Return the next text as it was up to Excel 95: its length in so many bytes, then bytes of a code page."""
        return self._take(int.from_bytes(self._take(width), "little"))

    def _letters(self, count: int, wide: bool) -> str:
        parts: list[bytes] = []
        while count:
            if self._at >= len(self._pieces[self._number]):
                self._go_on()
                wide = bool(self._take(1)[0] & _WIDE)
            piece = self._pieces[self._number]
            here = min(count, (len(piece) - self._at) // (2 if wide else 1))
            if not here:
                raise ValueError("a letter is cut in two")
            part = piece[self._at : self._at + here * (2 if wide else 1)]
            parts.append(part if wide else part.decode("latin-1").encode("utf-16-le"))
            self._at += len(part)
            count -= here
        return b"".join(parts).decode("utf-16-le", "surrogatepass")

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            self._go_on()
            piece = self._pieces[self._number][self._at : self._at + count - len(taken)]
            if not piece:
                raise ValueError("a text is cut off")
            taken += piece
            self._at += len(piece)
        return taken

    def _go_on(self) -> None:
        """Go to the next piece where this one is over."""
        while self._at >= len(self._pieces[self._number]) and self._number + 1 < len(self._pieces):
            self._number, self._at = self._number + 1, 0
