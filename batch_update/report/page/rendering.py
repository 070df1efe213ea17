"""The only door to jinja2: a page as HTML, complete in itself, with a policy that lets nothing in but its own parts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, Template
from markupsafe import Markup, escape

from batch_update.report.charts.charts import chart_style
from batch_update.report.documents.envelope import compact_text
from batch_update.report.headline.both_languages import Phrase
from batch_update.report.page.fleet_words import FLEET_WORDS
from batch_update.report.page.json_block import json_block
from batch_update.report.page.page_parts import PageParts
from batch_update.report.page.page_words import WORDS
from batch_update.settings.locales import Language
from batch_update.text import printable

STYLES = ("colors.css", "page.css", "table.css", "fleet.css", "print.css")
"""The styles of all kinds of pages, in their order."""
_OF_ROWS = ("diff.js", "rows.js", "row_line.js", "detail.js")
_SCRIPTS_OF = {"run": _OF_ROWS, "plan": _OF_ROWS, "fleet": ("accounts.js",)}
SCRIPTS = ("base.js", "choosing.js", *_OF_ROWS, "accounts.js", "csv.js", "table.js", "address.js", "start.js")
"""The scripts of all kinds of pages, in their order; each kind has its own ones between those that all share."""
_OWN_SCRIPTS = {name for names in _SCRIPTS_OF.values() for name in names}


@dataclass(frozen=True, slots=True)
class _Kit:
    """The parts that every page of a kind has alike, such as template, style and script: read once a process."""

    template: Template
    style: Markup
    script: Markup
    policy: str
    w: Mapping[str, Phrase]
    words: Markup


def page_text(page: PageParts, language: Language) -> str:
    """Return a page as HTML that opens in this language first."""
    kit = _kit(page.kind)
    return kit.template.render(
        page=page,
        lang=language,
        w=kit.w,
        words=kit.words,
        style=kit.style,
        script=kit.script,
        policy=kit.policy,
    )


@cache
def _kit(kind: str) -> _Kit:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"said": said_in_both, "plain": printable}
    said = WORDS | FLEET_WORDS if kind == "fleet" else WORDS
    scripts = [name for name in SCRIPTS if name in _SCRIPTS_OF[kind] or name not in _OWN_SCRIPTS]
    styles = [name for name in STYLES if kind == "fleet" or name != "fleet.css"]
    style = "\n".join((*(_asset(f"styles/{name}") for name in styles), chart_style()))
    script = (
        '(() => {\n"use strict";\n' + "\n".join(_asset(f"scripts/{name}") for name in scripts) + "})();\n"
    )
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    texts = {name: {key: getattr(one, name) for key, one in said.items()} for name in ("en", "de")}
    template = environment.from_string(_asset("page.html"))
    return _Kit(template, Markup(style), Markup(script), policy, said, json_block(compact_text(texts)))


def said_in_both(said: Phrase) -> Markup:
    """Return a text in both languages; the page shows one of them."""
    en, de = escape(printable(said.en)), escape(printable(said.de))
    if en == de:
        return en
    return Markup('<span class="en" lang="en">{}</span><span class="de" lang="de">{}</span>').format(en, de)


def _asset(name: str) -> str:
    # Read as text, so that line ends are those that the hash was made of, whatever the package was checked out with.
    return (Path(__file__).parent / "assets" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
