"""Measures `kg convert` beside the tools of the field, on the same synthetic dispatches.

    python benchmarks/convert.py --peers-python PEERS/bin/python

Every tool is a whole process, from its start to its end, reading files and writing one file of
N-Triples. The tools take turns, in one order and then in the other, so that a slow spell of the
machine falls on all of them. A first round is not counted: it warms the caches, and its output is
compared statement by statement with that of kg. benchmarks/README.md says what each tool does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

from statements import Statements

HERE = Path(__file__).resolve().parent
KG = "kg, JSON Lines"
_FINDING = re.compile(r"(?P<file>.+?):(?P<line>\d+):\d+: \w+ (?P<code>KG\d+)(?: (?P<field>\S+))?: ")


class Failed(Exception):
    """A process ended badly; the text is the end of what it printed."""


@dataclass(frozen=True)
class Setting:
    """The interpreters, the folder in which `python -m kg` is run, and the files of one size."""

    python: str
    peers: str
    root: Path
    folder: Path

    def kg(self, command: str, *names: str, out: Path | None = None) -> list[str]:
        """A command of kg over files of the archive."""
        inputs = [str(self.folder / name) for name in names]
        return [self.python, "-m", "kg", command, *inputs, *(["-o", str(out)] if out else [])]

    def script(self, python: str, name: str, *words: str | Path) -> list[str]:
        """A script that stands beside this one."""
        return [python, str(HERE / name), *map(str, words)]


@dataclass(frozen=True)
class Tool:
    """One way to convert: `command` gives the process for a file to write, `needs` a module."""

    name: str
    command: Callable[[Setting, Path], list[str]]
    needs: str = ""
    slow: bool = False


@dataclass(frozen=True)
class Run:
    """Seconds on the clock, seconds of the processors, and MiB of one run."""

    seconds: float
    cpu: float
    mebibytes: float


@dataclass
class Result:
    """The runs of one tool, and how its statements differ from those of kg."""

    runs: list[Run] = field(default_factory=list)
    verdict: str = ""

    @property
    def median(self) -> float:
        """The median of the times on the clock."""
        return median(run.seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of the processor times."""
        return median(run.cpu for run in self.runs)

    @property
    def mebibytes(self) -> float:
        """The most memory of any run."""
        return max(run.mebibytes for run in self.runs)


def _morph(setting: Setting, out: Path) -> list[str]:
    return [setting.peers, "-m", "morph_kgc", str(setting.folder / "tables" / "morph-kgc.ini")]


TOOLS = (
    Tool(KG, lambda s, out: s.kg("convert", "authorities", "dispatches.jsonl", out=out)),
    Tool("kg, CSV", lambda s, out: s.kg("convert", "authorities", "dispatches.csv", out=out)),
    Tool(
        "by hand",
        lambda s, out: s.script(s.python, "peers.py", "writer", s.folder / "dispatches.jsonl", out),
    ),
    Tool("morph-kgc", _morph, "morph_kgc"),
    Tool(
        "maplib",
        lambda s, out: s.script(s.peers, "mapped.py", "maplib", s.folder / "tables", out),
        "maplib",
    ),
    Tool(
        "rdflib",
        lambda s, out: s.script(s.python, "peers.py", "rdflib", s.folder / "dispatches.jsonl", out),
        slow=True,
    ),
)


# Measuring


def measured(command: Sequence[str], cwd: Path) -> Run:
    """Time and memory of one process with all that it starts.

    The memory is the greatest that was in use at one time, seen every 20 ms: of a single process
    its high-water mark (VmHWM), of several the sum of their proportional shares (Pss). Where there
    is no /proc it is the greatest of any single process, as getrusage has it.
    """
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=said, stderr=subprocess.STDOUT)
        peak, done = [0], threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, peak, done), daemon=True)
        watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        done.set()
        watch.join()
        if process.returncode:
            said.seek(0)
            words = said.read()[-2000:].decode(errors="replace").strip()
            raise Failed(f"exit status {process.returncode}: {words}")
    if not peak[0]:
        peak[0] = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak[0] / 1024)


def _watch(pid: int, peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.02):
        pids = list(_tree(pid))
        with contextlib.suppress(OSError):
            name, key = ("status", "VmHWM") if len(pids) == 1 else ("smaps_rollup", "Pss")
            peak[0] = max(peak[0], sum(_kibibytes(Path(f"/proc/{p}/{name}"), key) for p in pids))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _tree(int(child))


def _kibibytes(path: Path, key: str) -> int:
    with contextlib.suppress(OSError):
        for line in path.read_text().splitlines():
            if line.startswith(f"{key}:"):
                return int(line.split()[1])
    return 0


def told(command: Sequence[str], cwd: Path, *, check: bool = True) -> str:
    """What a process that is not measured prints."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise Failed(f"{' '.join(command)}: exit status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout + done.stderr


# One size


def compared(setting: Setting, tools: Sequence[Tool]) -> tuple[dict[str, Result], int]:
    """The results of the first, uncounted round, and the number of statements that kg makes."""
    out, folder = setting.folder / "out.nt", setting.folder
    told(setting.kg("convert", "authorities", out=out), setting.root)
    aside = Statements(out, folder / "authorities.d")
    results: dict[str, Result] = {}
    kg: Statements | None = None
    total, sha = 0, ""
    for tool in tools:
        result = results[tool.name] = Result()
        try:
            _one(setting, tool, out)
        except Failed as error:
            if tool.name == KG:
                raise
            result.verdict = str(error)
            print(f"{tool.name}: {error}", file=sys.stderr)
            continue
        found = Statements(out, folder / "theirs.d")
        count, digest = found.digest(aside)
        if kg is None:
            kg, total, sha = found, count, digest
            found.folder.rename(folder / "kg.d")
            kg.folder = folder / "kg.d"
            twice = kg.lines - aside.lines - count
            result.verdict = f"{count} ({sha})" + (f", {twice} written twice" if twice else "")
            continue
        result.verdict = "the same"
        if digest != sha:
            result.verdict = f"{count}: {kg.difference(found, aside)}"
        shutil.rmtree(found.folder)
    return results, total


def _one(setting: Setting, tool: Tool, out: Path) -> Run:
    out.unlink(missing_ok=True)
    took = measured(tool.command(setting, out), setting.root)
    if tool.name == "morph-kgc":
        (setting.folder / "tables" / "out.nt").replace(out)
    return took


def run(setting: Setting, tools: Sequence[Tool], runs: int) -> tuple[dict[str, Result], int]:
    """All runs of the tools on one archive."""
    results, statements = compared(setting, tools)
    good = [tool for tool in tools if not results[tool.name].verdict.startswith("exit status")]
    for turn in range(runs):
        for tool in good if turn % 2 == 0 else reversed(good):
            one = _one(setting, tool, setting.folder / "out.nt")
            results[tool.name].runs.append(one)
            said = f"{one.seconds:.2f} s, {one.cpu:.2f} of CPU, {one.mebibytes:.0f} MiB"
            print(f"{tool.name}: {said}", file=sys.stderr)
    return results, statements


def table(results: dict[str, Result], records: int, statements: int) -> list[str]:
    """The results as the lines of a Markdown table."""
    lines = [
        "| tool | s, median (least-most) | CPU s | records/s | 1000 triples/s | MiB | × kg | statements |",
        "|---|---|---|---|---|---|---|---|",
    ]
    base = results[KG].runs
    for name, result in results.items():
        if not result.runs:
            lines.append(f"| {name} | | | | | | | {result.verdict} |")
            continue
        took = result.median
        times = [run.seconds for run in result.runs]
        # Of runs of the same round, so that a slow spell of the machine does not count.
        ratio = median(run.seconds / kg.seconds for run, kg in zip(result.runs, base, strict=True))
        lines.append(
            f"| {name} | {took:.2f} ({min(times):.2f}-{max(times):.2f}) | {result.cpu:.2f} | "
            f"{records / took:.0f} | {statements / took / 1000:.0f} | {result.mebibytes:.0f} | "
            f"{ratio:.2f} | {result.verdict} |"
        )
    return lines


def growth(sizes: dict[int, dict[str, Result]]) -> Iterator[str]:
    """How time and memory of kg and the peers grow from each size to the next."""
    numbers = sorted(sizes)
    for small, large in pairwise(numbers):
        for name, result in sizes[large].items():
            before = sizes[small].get(name)
            if not before or not before.runs or not result.runs:
                continue
            each = (result.cpu - before.cpu) / (large - small) * 1e6
            yield (
                f"{name}, {small} to {large} records: {each:.0f} µs of CPU for each more, "
                f"{before.mebibytes:.0f} to {result.mebibytes:.0f} MiB"
            )


def findings(setting: Setting, bad: int, seed: int) -> Iterator[str]:
    """Whether `kg check` finds the bad records, all of them and nothing else."""
    words = ("--records", max(1000, bad), "--bad", bad, "--seed", seed, "--csv")
    told(setting.script(setting.python, "synthetic.py", setting.folder, *map(str, words)), HERE)
    rows = [line.split("\t") for line in (setting.folder / "bad.tsv").read_text().splitlines()]
    for form in ("jsonl", "csv"):
        wanted = Counter((int(line), code, name) for f, line, code, name, _ in rows if f == form)
        command = setting.kg("check", "authorities", f"dispatches.{form}")
        said = told(command, setting.root, check=False)
        matches = filter(None, map(_FINDING.match, said.splitlines()))
        found = Counter((int(m["line"]), m["code"], m["field"] or "") for m in matches)
        yield f"{form}: {sum(wanted.values())} bad records, {sum(found.values())} findings"
        for what, more in (("not found", wanted - found), ("not wanted", found - wanted)):
            for place, each in sorted(more.items())[:20]:
                yield f"  {what}: {place}" + (f" {each} times" if each > 1 else "")


def missing(python: str, module: str) -> bool:
    """Whether an interpreter lacks a module."""
    probe = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    return subprocess.run([python, "-c", probe], check=False).returncode != 0


def machine(setting: Setting) -> str:
    """The processor, the system and the versions of the tools."""
    probe = (
        "import importlib.metadata as m, json, sys\n"
        "def v(n):\n try: return m.version(n)\n except m.PackageNotFoundError: return None\n"
        "print(json.dumps({n: v(n) for n in sys.argv[1:] if v(n)}))"
    )
    ours = json.loads(told([setting.python, "-c", probe, "rdflib"], HERE))
    theirs = json.loads(told([setting.peers, "-c", probe, "morph-kgc", "maplib", "polars"], HERE))
    versions = ", ".join(f"{name} {version}" for name, version in (ours | theirs).items())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.platform()}, {cores} cores, Python {platform.python_version()}, {versions}"


def main() -> None:
    """Reads the arguments, measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each tool and size")
    parser.add_argument("--peers-python", default=sys.executable, metavar="PYTHON",
                        help="an interpreter with benchmarks/requirements.txt")  # fmt: skip
    parser.add_argument("--only", nargs="+", metavar="TOOL", choices=[tool.name for tool in TOOLS])
    parser.add_argument("--slow-up-to", type=int, default=10_000, metavar="RECORDS",
                        help="the largest size for rdflib")  # fmt: skip
    parser.add_argument("--full", action="store_true", help="every field in every record")
    parser.add_argument("--seed", type=int, default=1944)
    parser.add_argument("--root", type=Path, default=HERE.parent, help="where `python -m kg` runs")
    parser.add_argument("--work", type=Path, help="a folder for the files; it is kept")
    parser.add_argument("--markdown", type=Path, help="a file to write the tables to")
    parser.add_argument("--findings", type=int, metavar="N",
                        help="measure nothing; check that kg finds N bad records")  # fmt: skip
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = given.work or Path(tempfile.mkdtemp(prefix="kg-benchmark-"))
    work.mkdir(parents=True, exist_ok=True)
    try:
        _main(given, work.resolve())
    except (Failed, OSError) as error:
        sys.exit(f"benchmark: {error}")
    finally:
        if not given.work:
            shutil.rmtree(work)


def _main(given: argparse.Namespace, work: Path) -> None:
    peers, root = given.peers_python, given.root.resolve()
    if given.findings:
        setting = Setting(sys.executable, peers, root, work / "findings")
        print("\n".join(findings(setting, given.findings, given.seed)))
        return
    text, sizes = [machine(Setting(sys.executable, peers, root, work)), ""], {}
    for records in given.records:
        folder = work / str(records)
        setting = Setting(sys.executable, peers, root, folder)
        words = ["--records", str(records), "--seed", str(given.seed), *["--full"] * given.full]
        told(setting.script(setting.python, "synthetic.py", folder, "--csv", *words), HERE)
        tables = setting.script(
            setting.python, "mapped.py", "tables", folder / "dispatches.jsonl", folder / "tables"
        )
        told(tables, HERE)
        tools, skipped = [], {}
        for tool in TOOLS:
            if given.only and tool.name not in (KG, *given.only):
                continue
            if tool.slow and records > given.slow_up_to:
                skipped[tool.name] = Result(verdict="left out: too large for it")
            elif tool.needs and missing(peers, tool.needs):
                skipped[tool.name] = Result(verdict=f"left out: no {tool.needs} in {peers}")
            else:
                tools.append(tool)
        sizes[records], statements = run(setting, tools, given.runs)
        text += [f"{records} records, {statements} statements, {statements / records:.1f} each", ""]
        text += [*table(sizes[records] | skipped, records, statements), ""]
        if not given.work:
            shutil.rmtree(folder)
    text += [f"* {line}" for line in growth(sizes)]
    print("\n".join(text))
    if given.markdown:
        given.markdown.write_text("\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
