"""How ready each account is for each assistant, as a table that a spreadsheet program filters."""

from __future__ import annotations

from collections.abc import Iterator

from batch_update.model.promotions import Carried, Readiness

PROMOTION_COLUMNS = ("account", "assistant", "id_there", "ready", "missing", "stays_as_it_is")


def promotion_rows(found: Readiness) -> Iterator[tuple[str, ...]]:
    """Yield a row for each account and assistant; one for an account that could not be looked at."""
    untold = f"{', '.join(found.unreported)}: not told by the API" if found.unreported else ""
    for target in found.targets:
        if target.code:
            yield target.account, "", "", "no", f"{target.code} {target.message}", ""
        for one in target.candidates:
            there = "" if one.target_id is None else str(one.target_id)
            missing = "; ".join(lack.words for lack in one.lacks)
            yield (
                target.account,
                one.name,
                there,
                "yes" if one.is_ready else "no",
                missing,
                _stays(one, untold),
            )


def _stays(one: Carried, untold: str) -> str:
    secrets = [f"{field}: a secret" for field in one.secrets]
    return "; ".join(filter(None, (*secrets, one.left, untold)))
