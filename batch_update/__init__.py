"""Change many Famulor assistants from one sheet: read it, check it, apply it, get an outcome for each row.

    import batch_update

    plan = batch_update.plan("changes.csv")
    for problem in plan.errors:
        print(problem.code, problem.message)
    report = batch_update.apply(plan)
    for row, outcome in report:
        print(row.number, outcome.status, outcome.message)

Names are loaded when they are first used, so that importing the package costs next to nothing. Which there are, and
where each lives, stands in `__init__.pyi` alone: type checkers read it, and so does this file.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from batch_update.model.views import Viewed as _Viewed
from batch_update.version import __version__ as __version__

# Only the roof sees all rooms: it hands those that make frames and tables to the nouns, which stand below them.
_Viewed.viewer = staticmethod(lambda: import_module("batch_update.report.notebook.viewer"))


@cache
def _homes() -> dict[str, str]:
    """Return the module that each public name lives in."""
    lines = Path(__file__).with_suffix(".pyi").read_text("utf-8")
    found = re.findall(r"^from ([\w.]+) import (\w+) as \2$", lines, re.MULTILINE)
    return dict(sorted((name, home) for home, name in found if not name.startswith("_")))


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return list(_homes())
    if name.startswith("_") or name not in _homes():
        raise AttributeError(f"module 'batch_update' has no attribute {name!r}")
    return getattr(import_module(_homes()[name]), name)


class _Front(ModuleType):
    """The package as its users see it, where some public functions are called as rooms are.

    The import system puts each room that it loads here under its name. Where that is a public name it is dropped:
    nothing of ours looks for a room here.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not isinstance(value, ModuleType) or name not in _homes():
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Front


def __dir__() -> list[str]:
    return sorted([*globals(), *_homes()])
