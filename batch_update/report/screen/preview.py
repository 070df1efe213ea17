"""A plan as people read it before anything is sent: totals, a line for each field, then old -> new by assistant."""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.check.remembering import rows_with_memory
from batch_update.fields.rules import MODE_SETTINGS, fits_mode
from batch_update.fields.values.differences import BRIEFLY, Showing, brief_value
from batch_update.model.plans import UNKNOWN, Change, Plan, Status
from batch_update.plan.guarding import is_empty
from batch_update.report.called import named_difference
from batch_update.report.changed import changed_by_plan
from batch_update.report.conflicts import conflict_words
from batch_update.report.documents.of_sheets import totals_of
from batch_update.report.figures.by_field import by_field
from batch_update.report.figures.typical import typical_words
from batch_update.report.messages import said_lines
from batch_update.report.places import files_behind
from batch_update.text import counted, excerpt, padded, printable

MOST_SHOWN = 100
"""Assistants that are shown one by one; the option full, the option out and the setting json have all."""
MOST_PATH = 120
"""Characters of the path of a file."""


def plan_screen(plan: Plan, *, requests: int, showing: Showing = BRIEFLY) -> str:
    """Return the plan as text, above its totals. `requests`: how many it took to read what is there."""
    most = len(plan.sheet) if showing.is_whole else MOST_SHOWN
    totals = [f"  {_totals(plan)}", *(f"  {words}" for words in left_words(plan))]
    blocks = [[_title(plan, requests)], totals, list(field_lines(plan))]
    blocks += (list(_assistant(plan, change, showing)) for change in plan.changes[:most])
    blocks += _more(len(plan.changes) - most, "assistants: the option full shows all")
    held = _conflicts(plan)
    blocks += (list(_conflict_lines(plan, index)) for index in held[:most])
    blocks += _more(len(held) - most, "conflicts: the setting json has all")
    return "\n".join(line for block in blocks if block for line in (*block, ""))


def _more(number: int, words: str) -> list[list[str]]:
    """Return a block that tells of so many that are not shown; none where all are."""
    return [[f"... and {number} more {words}"]] if number > 0 else []


def _conflicts(plan: Plan) -> list[int]:
    return [index for index, outcome in plan.settled.items() if outcome.status is Status.CONFLICT]


def plan_totals(plan: Plan, *, duration: str) -> str:
    """`118 to change, 88 already so, 5 invalid: 118 requests, about 1 min 10 s`. `duration`: how long sending takes."""
    if not plan.changes:
        return _totals_words(plan)
    return f"{_totals_words(plan)}: {counted(len(plan.changes), 'request')}, {duration}"


def left_words(plan: Plan) -> list[str]:
    """`not touched by you, changed by others since: 4 (in 3 rows)`; and what is remembered and cannot count."""
    count = totals_of(plan).left_to_others
    if count:
        rows = counted(len(plan.left_to_others), "row")
        return [f"not touched by you, changed by others since: {count} (in {rows})"]
    if plan.changes and not plan.compared and rows_with_memory(plan.sheet):
        return ["what the sheet remembers of its export does not count: nothing was compared"]
    return []


def _title(plan: Plan, requests: int) -> str:
    rows_words = counted(len(plan.sheet), "row")
    if not plan.compared:
        why = (
            "not compared with what is there (the setting no_fetch)" if plan.changes else "nothing to compare"
        )
        return f"Plan: {rows_words}, {why}"
    return f"Plan for {excerpt(plan.account, 80)}: {rows_words}, what is there read in {counted(requests, 'request')}"


def _counts_by_word(plan: Plan) -> dict[str, int]:
    totals = totals_of(plan)
    return {
        "change": totals.change,
        "already so": totals.already_so,
        "no assistant": totals.no_assistant,
        "conflict": totals.conflict,
        "invalid": totals.invalid,
        "left out": totals.left_out,
    }


def _totals(plan: Plan) -> str:
    signs = {
        "change": "~",
        "already so": "=",
        "no assistant": ".",
        "conflict": "!",
        "invalid": "x",
        "left out": "-",
    }
    counts = _counts_by_word(plan)
    shown = [
        f"{signs[word]} {word} {number}"
        for word, number in counts.items()
        if number or word in {"change", "already so"}
    ]
    return "    ".join(shown)


def _totals_words(plan: Plan) -> str:
    counts = _counts_by_word(plan)
    parts = [f"{counts['change']} to change", f"{counts['already so']} already so"]
    parts += [
        f"{counts[word]} {word}"
        for word in ("no assistant", "conflict", "invalid", "left out")
        if counts[word]
    ]
    if held := [change for change in plan.changes if change.held]:
        parts.append(f"{len(held)} of those to change held back in part")
    return ", ".join(parts)


# ---------------------------------------------------------------- by field


def field_lines(plan: Plan) -> Iterator[str]:
    """Yield a line for each field that would change: of how many assistants, and what most of these changes are."""
    figures = [figure for figure in by_field(changed_by_plan(plan)) if figure.typical is not None]
    if not figures:
        return
    width = max(len(figure.field) for figure in figures)
    yield f"  {'field':<{width}}  assistants   typical change"
    for figure in figures:
        words = figure.typical and typical_words(figure.typical, figure.field, plan.called)
        yield f"  {figure.field:<{width}}  {figure.changes:>10}   {words}".rstrip()
    clears = [f"{figure.field} {figure.clears}" for figure in figures if figure.clears]
    if clears:
        yield f"  clears: {', '.join(clears)}"


# ---------------------------------------------------------------- by assistant


def _head(sign: str, assistant: str, rows: str) -> str:
    return f"{padded(f'{sign} {assistant}'.rstrip(), 66)} row {rows}"


def _assistant(plan: Plan, change: Change, showing: Showing) -> Iterator[str]:
    rows = ", ".join(str(plan.sheet.numbers[index]) for index in change.indexes)
    yield _head("~", f"{change.assistant_id}  {excerpt(change.name, 50)}", rows)
    width = max(map(len, change.body), default=0)
    files = files_behind(plan.sheet, change.indexes[0]) if plan.sheet.files else {}
    for name, value in change.body.items():
        text = named_difference(name, change.before.get(name, UNKNOWN), value, plan.called, showing)
        yield f"    {name:<{width}}  {text}"
        for path in files.get(name, ()):
            yield f"    {'':<{width}}  from the file {excerpt(path, MOST_PATH)}"
    mode = change.body.get("mode")
    if mode is not None:
        yield f"    {'':<{width}}  resets {_reset(change, mode)} to the defaults of {mode}"
    yield from (f"  ! {printable(conflict_words(one, plan.called))}" for one in change.held)


def _reset(change: Change, mode: str) -> str:
    """Return what a change of mode takes away that the row does not set: `llm_model_id 1, voice_id 412`."""
    lost = (name for name in MODE_SETTINGS if _is_reset(name, change, mode))
    return (
        ", ".join(f"{name} {brief_value(change.before[name], 30)}" for name in lost) or "models and providers"
    )


def _is_reset(name: str, change: Change, mode: str) -> bool:
    """Whether the change of mode takes away what the field holds, as far as is known."""
    now = change.before.get(name)
    if is_empty(now) or name in change.body:
        return False
    return name.endswith("_id") or not fits_mode(name, now, mode)


def _conflict_lines(plan: Plan, index: int) -> Iterator[str]:
    ids = plan.sheet.id_column
    yield _head("!", excerpt(ids.texts[index], 20) if ids else "", str(plan.sheet.numbers[index]))
    yield from (f"    {printable(words)}" for words in said_lines(plan.settled[index], plan.called))
