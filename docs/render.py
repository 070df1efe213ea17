"""Renders the tables of the docs from the code and from house.toml: `python docs/render.py` writes them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from batch_update.cli.spelling import as_flags, flag_of
from batch_update.codes import CODES
from batch_update.fields.facts import Field, all_fields
from batch_update.jobs.definition.job_schema import job_schema
from batch_update.report.documents.described import PRINTED_BY, schemas
from batch_update.sandbox.routes import ROUTES
from batch_update.settings.layers import ENV_PREFIX
from batch_update.settings.tunables import Settings

HERE = Path(__file__).parent


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )


def fields_page() -> str:
    """Every field that a column may set."""
    parts = ["# Fields\n\nWhat a column may hold. An empty cell leaves the field as it is.\n"]
    for group, members in groupby(all_fields().values(), key=lambda field: field.group):
        rows = [
            [f"`{f.name}`", f.help, _allowed(f), _clearing(f), _modes(f), ", ".join(f.aliases)]
            for f in members
        ]
        header = ["column", "what it is", "allowed", "cleared by", "modes", "also written"]
        parts.append(f"## {group}\n\n{table(header, rows)}")
    return "\n".join(parts)


def _allowed(field: Field) -> str:
    return field.allowed + (f"; also {', '.join(field.words)}" if field.words else "")


def _clearing(field: Field) -> str:
    words = ["`null`"] if field.nullable else []
    return " ".join(words + ([("`{}`" if field.kind == "object" else "`[]`")] if field.empty else []))


def _modes(field: Field) -> str:
    return "all" if len(field.modes) == 3 else ", ".join(field.modes)


def codes_page() -> str:
    """Every code of a problem, an outcome or a stop."""
    rows = [
        [f"`{code.code}`", code.title, as_flags(code.meaning), as_flags(code.remedy)]
        for code in CODES.values()
    ]
    header = ["code", "what", "meaning", "what to do"]
    return f"# Codes\n\n`batch-update explain CODE` shows one of these.\n\n{table(header, rows)}"


def settings_page() -> str:
    """Every setting, as a flag, a variable and a key of a job file."""
    parts = ["# Settings\n\nA flag wins over a job file, and that over the environment variable.\n"]
    groups: dict[str, list] = {}
    for name, info in Settings.model_fields.items():
        groups.setdefault(_extra(info)["group"], []).append((name, info))
    for group, members in groups.items():
        rows = [
            [
                f"`{flag_of(name)}`",
                f"`{ENV_PREFIX}{name.rstrip('_').upper()}`",
                f"`{flag_of(name)[2:]}`" if _extra(info)["job"] else "",
                info.description or "",
                _default(info.default),
            ]
            for name, info in members
        ]
        parts.append(f"## {group}\n\n{table(['flag', 'variable', 'job key', 'what', 'default'], rows)}")
    return "\n".join(parts)


def sandbox_page() -> str:
    """Every call that the sandbox serves."""
    rows = [[f"`{route.method}`", f"`/api{route.path}`", route.summary] for route in ROUTES]
    return (
        "# The sandbox\n\n`batch-update sandbox` serves an imitation of the API on this machine, so that other clients "
        "can be tried as well; all\nelse is answered with 404 or 405. "
        "Only programs of this machine are answered, and no "
        "web page of another site.\n\n" + table(["method", "path", "what"], rows)
    )


def architecture_page() -> str:
    """The page as it stands, with the tables of floors and doors drawn anew."""
    house = tomllib.loads((HERE / "house.toml").read_text("utf-8"))
    floors = [
        [floor["name"], f"`{room}`", what]
        for floor in reversed(house["floor"])
        for room, what in floor["rooms"].items()
    ]
    beside = [
        [f"beside the stairs, for {', '.join(about['users'])}", f"`{room}`", about["what"]]
        for room, about in house["beside"].items()
    ]
    doors = [
        [f"`{library}`", ", ".join(f"`{place}`" for place in places) or "nobody"]
        for library, places in house["doors"].items()
    ]
    page = (HERE / "architecture.md").read_text("utf-8")
    page = _filled(page, "floors", table(["floor", "room", "what it is for"], floors + beside))
    return _filled(page, "doors", table(["library", "imported in"], doors))


def _filled(page: str, name: str, content: str) -> str:
    return re.sub(
        rf"(<!-- {name} -->\n).*?(<!-- end -->)",
        lambda match: match[1] + content + match[2],
        page,
        flags=re.S,
    )


def _extra(info) -> dict:
    return info.json_schema_extra


def _default(value: object) -> str:
    if value in (None, "", (), {}):
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


# ---------------------------------------------------------------- what --json prints

BEFORE_KINDS = """# `--json`

With `--json`, or `BATCH_UPDATE_JSON=yes`, a command prints exactly one JSON document to stdout, also where it ends in
an error; what else is said goes to stderr. All documents begin with the same keys; `schema` tells which others there
are. Keys are snake_case, and times are in UTC with a `Z`. The keys of a map (codes, fields, settings) are data.
The file `run.json` in the folder of a run is such a document, too.

Each kind has a JSON Schema that allows no other keys. The package carries them:

```
python -c "from importlib.resources import files; print(files('batch_update') / 'schemas')"
```

Messages name settings as Python does: the setting max_changes is the flag `--max-changes`.
New keys may come in any version. Where a key goes away or changes its meaning, the number at the end of `schema` grows.
Text from sheets and servers stands in documents as it is, but for secrets, which are left out; `run.json` holds no cell
at all. A program that is interrupted while it is still being loaded prints nothing.

"""


def json_page() -> str:
    """Every document of --json: its keys, and an example that a test made."""
    every = _schemas()
    around = every["error"]["properties"]
    around = {**around, "schema": {**around["schema"], "const": "batch-update/KIND/1"}}
    parts = [BEFORE_KINDS, "## The keys of every document\n\n", _keys(around)]
    for kind, schema in every.items():
        own = {name: about for name, about in schema["properties"].items() if name not in around}
        parts += [f"\n## `{kind}`\n\n{_printed(kind)} {schema['description']}\n\n", _keys(own) if own else ""]
        example = HERE / "examples" / f"{kind}.json"
        if example.exists():
            parts.append(f"\n```json\n{example.read_text('utf-8')}```\n")
    parts.append("\n## What stands in them\n")
    inner = {name: part for schema in every.values() for name, part in schema["$defs"].items()}
    whole = {name for name, part in inner.items() if "properties" not in part}
    for name in sorted(inner.keys() - whole):
        parts.append(f"\n### {name}\n\n{inner[name]['description']}\n\n{_keys(inner[name]['properties'])}")
    return "".join(parts)


@cache
def _schemas() -> Mapping[str, dict]:
    """Those of all documents, made once: each reference is looked up in them."""
    return schemas()


def _printed(kind: str) -> str:
    if kind not in PRINTED_BY:
        return "Printed by every command."
    if kind == "run-file":
        return "In `run.json`."
    return f"Printed by {', '.join(f'`{name}`' for name in PRINTED_BY[kind])}."


def _keys(properties: dict) -> str:
    rows = [[f"`{name}`", _type(part), part.get("description", "")] for name, part in properties.items()]
    return table(["key", "type", "meaning"], rows)


def _type(part: dict) -> str:
    """A JSON Schema in a few words, with links to the objects that it names."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        inner = next(schema["$defs"][name] for schema in _schemas().values() if name in schema["$defs"])
        return f"[{name}](#{name.lower()})" if "properties" in inner else _type(inner)
    if "anyOf" in part:
        return " or ".join(_type(option) for option in part["anyOf"])
    if "const" in part or "enum" in part:
        return ", ".join(f"`{value}`" for value in part.get("enum", [part.get("const")]))
    if part.get("format") == "date-time":
        return "time"
    match part.get("type"):
        case "array":
            return f"list of {_type(part['items'])}"
        case "object":
            inside, names = part["additionalProperties"], part.get("propertyNames")
            keys = f"map of {_type(names)}" if names else "map"
            return f"{keys} to {_type(inside)}" if isinstance(inside, dict) else f"{keys} to values"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        part.get("type", ""), part.get("type", "any value")
    )


PAGES = {
    "json.md": json_page,
    "architecture.md": architecture_page,
    "fields.md": fields_page,
    "codes.md": codes_page,
    "settings.md": settings_page,
    "sandbox.md": sandbox_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")
    for kind, schema in {**schemas(), "job.schema": job_schema()}.items():
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        (HERE.parent / "batch_update" / "schemas" / f"{kind}.json").write_text(text, "utf-8")
