"""Findings in the records and the errors that end a command.

KgError
├── UsageError      the command was used wrongly           exit status 2
│   └── MissingExtra  an optional library is not installed
└── DataError       the data has problems; carries findings  exit status 1
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]

#: Codes whose findings do not stop a build; every other code is an error. docs/findings.md explains all.
WARNINGS = frozenset({"KG123", "KG145", "KG151"})


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong, with the place where it stands.

    `line` and `column` count from 1; 0 where the place is the file as a whole.
    `field` is the dotted path of the value in its record, such as `events.1.kind`.
    """

    file: str
    line: int
    column: int
    code: str
    field: str
    message: str
    severity: Severity = "error"

    def __post_init__(self) -> None:
        if self.code in WARNINGS:
            object.__setattr__(self, "severity", "warning")

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        field = f" {self.field}" if self.field else ""
        return f"{place}: {self.severity} {self.code}{field}: {self.message}"


class KgError(Exception):
    """An error that a command reports in one line."""

    exit_status = 3


class UsageError(KgError):
    """The command was given something that it cannot work with."""

    exit_status = 2


class MissingExtra(UsageError):
    """A command needs a library that is not installed.

    `library` is what is missing, `extra` the extra of this distribution that brings it.
    """

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed; "
            f"install it with: pip install 'maproom-kg[{extra}]'"
        )


class DataError(KgError):
    """The data has problems; all of them are in `findings`, in the order of their places."""

    exit_status = 1

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__(f"{len(self.findings)} findings")
