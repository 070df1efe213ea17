"""What the settings say of reading is what a sheet is read by."""

from __future__ import annotations

from dataclasses import fields

from batch_update.settings.tunables import Settings
from batch_update.sheet.manner import Limits, Reading
from batch_update.sheet.reading import reading_of

WORDS = {
    "map": {"Nr": "id"}, "ignore": ("note",), "ignore_unknown": True, "header_row": 3, "visible_only": True,
    "sheet": "Two", "delimiter": "tab", "encoding": "cp850", "decimal": ",",
    "max_csv_mb": 1, "max_excel_mb": 2, "max_unpacked_mb": 3, "max_rows": 4, "max_columns": 5,
}  # fmt: skip


def test_each_setting_about_reading_is_heeded() -> None:
    reading = reading_of(Settings(**WORDS))
    told = {name: getattr(reading, "worksheet" if name == "sheet" else name, None) for name in WORDS}
    told |= {name: getattr(reading.limits, name) for name in WORDS if name.startswith("max_")}
    assert told == WORDS


def test_no_setting_about_reading_is_forgotten() -> None:
    groups = {name: (info.json_schema_extra or {})["group"] for name, info in Settings.model_fields.items()}
    of_reading = {name for name, group in groups.items() if group in ("Sheet", "Limits")}
    assert of_reading - {"on_duplicate", "set"} == set(WORDS)
    assert len(fields(Reading)) - 1 == len([name for name in WORDS if not name.startswith("max_")])
    assert {field.name for field in fields(Limits)} >= {name for name in WORDS if name.startswith("max_")}
