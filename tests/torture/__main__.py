"""`python -m tests.torture [PART ...] [--scale 0.1] [--seed 7]`: what was tried against it, as a table."""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Iterator

from tests.torture.table import Tried, show

PARTS = (
    *("kills", "files", "flags", "syscalls", "plans", "journals", "requests", "bombs", "answers", "wire"),
    *("real_cron", "fleet"),
)
"""Modules beside this one, each with `attempts(scale, seed)`: lines of the table; scale 1 is the full count."""


def attempts(parts: list[str], scale: float, seed: int) -> Iterator[Tried]:
    for part in parts:
        yield from importlib.import_module(f"tests.torture.{part}").attempts(scale, seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="which parts; all unless told")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the full count of cases")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    begun = time.monotonic()
    found: list[Tried] = []
    for text in show(kept(attempts(asked.part or list(PARTS), asked.scale, asked.seed), found)):
        print(text, flush=True)
    print(f"\n{sum(line.cases for line in found)} cases in {time.monotonic() - begun:.0f} s")
    return 1 if any(line.faults for line in found) else 0


def kept(lines: Iterator[Tried], found: list[Tried]) -> Iterator[Tried]:
    """The lines as they come, and kept for the sum."""
    for line in lines:
        found.append(line)
        yield line


if __name__ == "__main__":
    raise SystemExit(main())
