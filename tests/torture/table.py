"""What was tried and what was found, as the table that `make torture` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.torture.child_case import Verdict, run_case


@dataclass(frozen=True)
class Tried:
    """A line of the table: attempts of a kind, and each fault that was found, with the case that shows it again."""

    kind: str
    cases: int
    faults: tuple[str, ...] = ()
    slowest: float = 0.0
    """seconds"""
    largest: float = 0.0
    """MiB"""
    note: str = ""

    def __str__(self) -> str:
        return (
            f"{self.kind:<44} {self.cases:>7}  {len(self.faults):>6}  {self.slowest:>8.2f} s  "
            f"{self.largest:>6.0f} MiB  {self.note}"
        ).rstrip()


HEADER = f"{'what was tried':<44} {'cases':>7}  {'faults':>6}  {'slowest':>10}  {'largest':>10}"


def try_all(
    kind: str,
    cases: Iterable[tuple[str, Callable[[], int | None]]],
    judge: Callable[[str, Verdict], Iterable[str]] = lambda name, verdict: (),
) -> Tried:
    """Run each named case in a process of its own. `judge` adds faults of its kind to those that no case may have."""
    count, slowest, largest = 0, 0.0, 0.0
    faults: list[str] = []
    for name, case in cases:
        verdict = run_case(case)
        count += 1
        slowest, largest = max(slowest, verdict.seconds), max(largest, verdict.mib)
        faults += [f"{kind}: {name}: {fault}" for fault in (*verdict.faults(), *judge(name, verdict))]
    return Tried(kind, count, tuple(faults), slowest, largest)


def show(lines: Iterable[Tried]) -> Iterator[str]:
    """The table, then every fault; for printing line by line."""
    yield HEADER
    faults: list[str] = []
    for line in lines:
        faults += line.faults
        yield str(line)
    yield ""
    yield from faults or ["no fault was found"]
