"""`python -m tests.torture [MOMENTS] [ROWS] [SEED]`: 100 kills of a run with 300 rows, unless told otherwise."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.torture.killing import Course, torture

HEADER = "    kills  seed  plan    of this run  before any  in doubt   PUTs  twice"


def main(moments: int = 100, rows: int = 300, first: int = 0) -> int:
    begun = time.monotonic()
    courses: list[Course] = []
    print(HEADER)
    with tempfile.TemporaryDirectory() as folder:
        while (kills := sum(course.kills for course in courses)) < moments:
            courses.append(torture(first + len(courses), Path(folder), rows=rows))
            print(line(courses[-1], kills + courses[-1].kills, moments, rows), flush=True)
    print(
        f"\n{kills} kills of {len(courses)} runs with {rows} rows in {time.monotonic() - begun:.0f} s: every row as "
        f"wanted, none lost, none sent again whose outcome was known or that had landed\n"
        f"{sum(c.in_doubt for c in courses)} rows were in doubt at a kill; "
        f"{sum(c.updates - rows for c in courses)} reached the server more than once"
    )
    return 0


def line(course: Course, kills: int, moments: int, rows: int) -> str:
    return (
        f"{kills:>5}/{moments:<3}  {course.seed:>4}  {course.kind:<6}  {course.kills:>11}  {course.early:>10}  "
        f"{course.in_doubt:>8}  {course.updates:>5}  {course.updates - rows:>5}"
    )


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
