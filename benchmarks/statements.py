"""Compares files of N-Triples as sets of statements, in memory that does not grow with them."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import Counter
from pathlib import Path

_BUCKETS = 64


class Statements:
    """The statements of a file, in buckets on disk so that memory does not grow with them."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        files = [(folder / f"{n:02}").open("wb") for n in range(_BUCKETS)]
        self.lines = 0
        with source.open("rb") as lines:
            for line in lines:
                self.lines += 1
                files[zlib.crc32(line) % _BUCKETS].write(line)
        for file in files:
            file.close()

    def bucket(self, number: int) -> set[bytes]:
        """The different statements of one bucket."""
        return set((self.folder / f"{number:02}").read_bytes().splitlines())

    def digest(self, without: Statements) -> tuple[int, str]:
        """How many different statements there are but for some, and the SHA-256 of them, sorted."""
        count, sha = 0, hashlib.sha256()
        for number in range(_BUCKETS):
            lines = sorted(self.bucket(number) - without.bucket(number))
            count += len(lines)
            sha.update(b"\n".join(lines))
        return count, sha.hexdigest()[:12]

    def difference(self, other: Statements, without: Statements) -> str:
        """What this has and the other has not, and the other way round, by property."""
        counts = Counter[bytes](), Counter[bytes]()
        for number in range(_BUCKETS):
            mine = self.bucket(number) - without.bucket(number)
            theirs = other.bucket(number) - without.bucket(number)
            for count, lines in zip(counts, (mine - theirs, theirs - mine), strict=True):
                count.update(re.split(rb"[#/>]", line.split(b" ", 2)[1])[-2] for line in lines)
        words = [
            f"{verb} {n} of {name.decode()}"
            for verb, count in zip(("lacks", "adds"), counts, strict=True)
            for name, n in count.most_common(4)
        ]
        return "; ".join(words)
