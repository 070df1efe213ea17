"""`python -m tests.benchmarks [NAME ...]`: runs every bench_NAME.py beside this file and prints one table.

Exit status 1 where a target is missed.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
from datetime import date
from pathlib import Path

from tests.benchmarks.lines import Line, table


def main(chosen: list[str]) -> int:
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = [name for name in chosen if f"bench_{name}" not in names]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(names)}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    lines: list[Line] = []
    for name in names:
        if not chosen or name.removeprefix("bench_") in chosen:
            print(f"{name} ...", file=sys.stderr, flush=True)
            lines += importlib.import_module(f"tests.benchmarks.{name}").run()
    print(table(lines))
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
    print(f"\n{date.today().isoformat()}, {machine}, {time.perf_counter() - start:.0f} s in all")
    return 1 if any(line.met is False for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
