"""Transcripts: text files of the source, by line, and the quotations that stand in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_EXTENT = re.compile(r"(?P<path>[^:]+):(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?\Z")
_SHOWN = 120
_MAX_BYTES = 256 * 1024 * 1024


class NotFound(ValueError):
    """A transcript, a line of it, or a quotation is not where it should be."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The lines of a transcript that a document takes up.

    `path` is the path of the text file below the records folder; `first` and `last` count from 1;
    `lines` are all lines of the file without their ends.
    """

    path: str
    first: int
    last: int
    lines: tuple[str, ...]

    @classmethod
    def from_text(cls, text: str, folder: Path, root: Path) -> Extent:
        """The extent that `path:first-last` names.

        The file is looked for in `folder` (that of the record) and the folders above it up to
        `root` (the records folder). Raises NotFound, with what would be right.
        """
        match = _EXTENT.match(text.strip())
        if not match:
            raise NotFound(f"`{text}` is not `path:first-last`, such as transcript.txt:574-614")
        if not match["path"].endswith(".txt"):
            raise NotFound(f"`{match['path']}` is no transcript: a transcript is a text file, NAME.txt")
        path = _find(match["path"], folder.resolve(), root.resolve())
        lines = _lines(path, path.stat().st_mtime_ns)
        first = int(match["first"])
        last = int(match["last"] or first)
        if not 1 <= first <= last <= len(lines):
            raise NotFound(f"{match['path']} has the lines 1 to {len(lines)}, not {first}-{last}")
        return cls(path.relative_to(root.resolve()).as_posix(), first, last, lines)

    def text(self, first: int, last: int) -> str:
        """The words of some of its lines; raises NotFound where they are not all its own."""
        if not self.first <= first <= last <= self.last:
            span = f"{first}-{last}" if first != last else f"{first}"
            raise NotFound(f"it has the lines {self.first} to {self.last}, not {span}")
        return "\n".join(self.lines[first - 1 : last])

    def quoted(self, quotation: str, first: int, last: int) -> Quotation:
        """Where a quotation stands in some of the lines, white space counting as one blank.

        Raises NotFound, with the place where it does stand, if it does elsewhere in the document.
        """
        words = quotation.split()
        if not words:
            raise NotFound("the quotation is empty")
        pattern = re.compile(r"\s+".join(map(re.escape, words)))
        text = self.text(first, last)
        match = pattern.search(text)
        if match is None:
            raise NotFound(f'"{quotation}" does not stand in {self._advice(pattern, first, last)}')
        before, within = text[: match.start()], text[: match.end() - 1]
        return Quotation(
            text=match[0],
            first_line=first + before.count("\n"),
            first_column=match.start() - (before.rfind("\n") + 1) + 1,
            last_line=first + within.count("\n"),
            last_column=match.end() - 1 - (within.rfind("\n") + 1) + 1,
        )

    def _advice(self, pattern: re.Pattern[str], first: int, last: int) -> str:
        where = f"line {first}" if first == last else f"the lines {first} to {last}"
        whole = self.text(self.first, self.last)
        match = pattern.search(whole)
        if match:
            line = self.first + whole.count("\n", 0, match.start())
            return f"{where}, but in line {line}"
        elsewhere = pattern.search("\n".join(self.lines))
        if elsewhere:
            line = 1 + "\n".join(self.lines).count("\n", 0, elsewhere.start())
            return f"{where}, but in line {line}, outside the document ({self.first}-{self.last})"
        loose = re.compile(pattern.pattern, re.IGNORECASE).search(self.text(first, last))
        if loose:
            return f"{where}; there it is written `{loose[0]}`"
        shown = " ".join(self.text(first, last).split())
        shown = f"{shown[:_SHOWN]}…" if len(shown) > _SHOWN else shown
        return f'{where}, which {"reads" if first == last else "read"} "{shown}"'


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a transcript with their place; lines and columns count from 1, the last is within."""

    text: str
    first_line: int
    first_column: int
    last_line: int
    last_column: int


def _find(name: str, folder: Path, root: Path) -> Path:
    while True:
        path = _resolved(folder / name)
        # A record may not make the program read, and publish, a file outside the records folder.
        if path and path.is_relative_to(root) and path.is_file():
            if path.stat().st_size > _MAX_BYTES:
                raise NotFound(f"`{name}` is larger than {_MAX_BYTES} bytes")
            return path
        if folder == root or root not in folder.parents:
            raise NotFound(f"no transcript `{name}` beside the record or above it in {root.name}/")
        folder = folder.parent


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):  # not there, a link to itself, a name that cannot be one
        return None


@lru_cache(maxsize=64)
def _lines(path: Path, modified: int) -> tuple[str, ...]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise NotFound(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NotFound(f"{path.name} is not UTF-8") from error
    # Only the ends that editors count: splitlines() would also break at form feeds and the like.
    lines = re.split(r"\r\n|\n|\r", text)
    return tuple(lines[:-1] if lines and not lines[-1] else lines)
