"""`python -m batch_update.fleet.processes.report_maker`: makes the reports of the runs whose folders its stdin names.

A fleet begins it, and nobody else. It heeds no signal, as a further process, and ends with its stdin. What sends comes
before it: reports can wait.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

from batch_update.own_process import give_way, heed_no_signal
from batch_update.run.remaking import remake_files


def main() -> None:
    """Run the program: a line on stdin is a folder as JSON, and a line on stdout says that it was seen to."""
    heed_no_signal()
    give_way()
    answers = os.dup(1)
    os.dup2(2, 1)  # what anything prints is no answer
    for line in sys.stdin.buffer:
        with suppress(Exception):  # the journal has it all: batch-update fleet report makes them later
            remake_files(json.loads(line))
        os.write(answers, b"\n")


if __name__ == "__main__":
    main()
