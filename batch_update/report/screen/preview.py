"""A plan as people read it before anything is sent: totals, a line for each field, then old -> new by assistant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from batch_update.fields.differences import BRIEFLY, Showing, changed_words, difference, show
from batch_update.fields.rules import MODE_SETTINGS, fits_mode
from batch_update.model.plans import UNKNOWN, Change, Plan, Status
from batch_update.plan.guarding import is_empty
from batch_update.report.conflicts import conflict_words
from batch_update.report.documents.of_sheets import totals_of
from batch_update.report.messages import said_lines
from batch_update.text import counted, excerpt, printable

MOST_SHOWN = 100
"""Assistants that are shown one by one; --full, --out and --json have all."""


def plan_screen(plan: Plan, *, requests: int, showing: Showing = BRIEFLY) -> str:
    """The plan as text, above its totals. `requests`: how many it took to read what is there."""
    most = len(plan.sheet) if showing.is_whole else MOST_SHOWN
    lines = [_title(plan, requests), "", f"  {_totals(plan)}", ""]
    if plan.changes:
        lines += [*field_lines(plan.changes), ""]
    for change in plan.changes[:most]:
        lines += [*_assistant(plan, change, showing), ""]
    if len(plan.changes) > most:
        lines += [f"... and {len(plan.changes) - most} more assistants: --full shows all", ""]
    held = [index for index, outcome in plan.settled.items() if outcome.status is Status.CONFLICT]
    for index in held[:most]:
        lines += [*_conflict(plan, index), ""]
    if len(held) > most:
        lines += [f"... and {len(held) - most} more conflicts: --json has all", ""]
    return "\n".join(lines)


def plan_totals(plan: Plan, *, duration: str) -> str:
    """`118 to change, 88 already so, 5 invalid: 118 requests, about 1 min 10 s`. `duration`: how long sending takes."""
    count = len(plan.changes)
    return _words(plan) + (f": {counted(count, 'request')}, {duration}" if count else "")


def _title(plan: Plan, requests: int) -> str:
    rows_words = counted(len(plan.sheet), "row")
    if not plan.compared:
        why = "not compared with what is there (--no-fetch)" if plan.changes else "nothing to compare"
        return f"Plan: {rows_words}, {why}"
    return f"Plan for {excerpt(plan.account, 80)}: {rows_words}, what is there read in {counted(requests, 'request')}"


def _counts(plan: Plan) -> dict[str, int]:
    totals = totals_of(plan)
    return {
        "change": totals.change,
        "already so": totals.already_so,
        "conflict": totals.conflict,
        "invalid": totals.invalid,
        "left out": totals.left_out,
    }


def _totals(plan: Plan) -> str:
    signs = {"change": "~", "already so": "=", "conflict": "!", "invalid": "x", "left out": "-"}
    counts = _counts(plan)
    shown = [
        f"{signs[word]} {word} {number}"
        for word, number in counts.items()
        if number or word in {"change", "already so"}
    ]
    return "    ".join(shown)


def _words(plan: Plan) -> str:
    counts = _counts(plan)
    parts = [f"{counts['change']} to change", f"{counts['already so']} already so"]
    parts += [f"{counts[word]} {word}" for word in ("conflict", "invalid", "left out") if counts[word]]
    if held := sum(bool(change.held) for change in plan.changes):
        parts.append(f"{held} of those to change held back in part")
    return ", ".join(parts)


# ---------------------------------------------------------------- by field


def field_lines(changes: Sequence[Change]) -> Iterator[str]:
    """A line for each field that would change: of how many assistants, and what most of these changes are."""
    if not changes:
        return
    by_field: dict[str, list[Change]] = {}
    for change in changes:
        for name in change.body:
            by_field.setdefault(name, []).append(change)
    width = max(map(len, by_field), default=0)
    yield f"  {'field':<{width}}  assistants   typical change"
    for name, members in sorted(by_field.items(), key=lambda item: -len(item[1])):
        yield f"  {name:<{width}}  {len(members):>10}   {_typical(name, members)}".rstrip()
    clears = {
        name: n for name, members in by_field.items() if (n := sum(is_empty(c.body[name]) for c in members))
    }
    if clears:
        yield f"  clears: {', '.join(f'{name} {count}' for name, count in clears.items())}"


def _typical(name: str, members: Sequence[Change]) -> str:
    """Return what most of them do, or the span of values, or how many words."""
    pairs = [(change.before.get(name, UNKNOWN), change.body[name]) for change in members]
    note = "   resets mode-specific settings" if name == "mode" else ""
    texts = [
        (old, new) for old, new in pairs if isinstance(old, str) and isinstance(new, str) and len(new) > 60
    ]
    if texts and len(members) > 1:
        counts = [changed_words(old, new) for old, new in texts[:50]]
        came, went = (round(sum(side) / len(counts)) for side in zip(*counts, strict=True))
        return f"+{came} / -{went} words on average"
    found = Counter(difference(old, new) for old, new in pairs)
    (most, count), *_ = found.most_common(1)
    if all(pair == pairs[0] for pair in pairs):
        return excerpt(most, 80) + (f"   (all {count})" if count > 1 else "") + note
    return f"{_span(old for old, _ in pairs)} -> {_span(new for _, new in pairs)}{note}"


def _span(values: Iterator[object]) -> str:
    """`0.4-0.9` for numbers, `3 values` for others, the value where there is one."""
    known = [value for value in values if value is not UNKNOWN]
    if not known:
        return "?"
    if all(value == known[0] for value in known):
        return show(known[0], 30)
    numbers = [value for value in known if isinstance(value, float)]
    if len(numbers) == len(known):
        return f"{min(numbers):g}-{max(numbers):g}"
    return f"{len({show(value, 4000) for value in known})} values"


# ---------------------------------------------------------------- by assistant


def _head(sign: str, assistant: str, rows: str) -> str:
    return f"{f'{sign} {assistant}'.rstrip():<66} row {rows}"


def _assistant(plan: Plan, change: Change, showing: Showing) -> Iterator[str]:
    rows = ", ".join(str(plan.sheet.numbers[index]) for index in change.indexes)
    yield _head("~", f"{change.assistant_id}  {excerpt(change.name, 50)}", rows)
    width = max(map(len, change.body), default=0)
    for name, value in change.body.items():
        text = difference(change.before.get(name, UNKNOWN), value, showing)
        yield f"    {name:<{width}}  {text}"
    mode = change.body.get("mode")
    if mode is not None:
        yield f"    {'':<{width}}  resets {_reset(change, mode)} to the defaults of {mode}"
    yield from (f"  ! {printable(conflict_words(one))}" for one in change.held)


def _reset(change: Change, mode: str) -> str:
    """Return what a change of mode takes away that the row does not set: `llm_model_id 1, voice_id 412`."""
    lost = [
        f"{name} {show(value, 30)}"
        for name, value in change.before.items()
        if name in MODE_SETTINGS and name not in change.body and not is_empty(value)
        if name.endswith("_id") or not fits_mode(name, value, mode)
    ]
    return ", ".join(lost) or "models and providers"


def _conflict(plan: Plan, index: int) -> Iterator[str]:
    ids = plan.sheet.id_column
    yield _head("!", excerpt(ids.texts[index], 20) if ids else "", str(plan.sheet.numbers[index]))
    yield from (f"    {printable(words)}" for words in said_lines(plan.settled[index]))
