"""`python -m tests.torture [MOMENTS] [ROWS] [SEED]`: 100 kills of a run with 300 rows, unless told otherwise."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.torture.killing import torture


def main(moments: int = 100, rows: int = 300, first: int = 0) -> int:
    with tempfile.TemporaryDirectory() as folder:
        kills, seed = 0, first
        while kills < moments:
            line = torture(seed, Path(folder), rows=rows)
            kills += int(line.split(", ")[1].split()[0])
            print(f"{kills}/{moments}  {line}", flush=True)
            seed += 1
    print(f"{kills} kills, every row as wanted, none lost, none done twice")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
