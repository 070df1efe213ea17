"""The door to jinja2 for units: their texts lie beside this file, with marks that none of the formats has."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from batch_update.jobs.units import escaping

_FOLDER = Path(__file__).parent / "templates"


def render(name: str, /, **values: Any) -> str:
    """Return the text of a template with these values; its filters are the functions of `escaping`."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # no markup: each format has an escape of its own
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    made.filters |= {
        name: function for name, function in vars(escaping).items() if callable(function) and name[0] != "_"
    }
    return made
