"""Owns the endings of files that are sheets: which are read as what, and which are written."""

from __future__ import annotations

WORKBOOKS = ("xlsx", "xls", "xlsb", "ods")
READ = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xltx": "xlsx", ".xls": "xls", ".xlsb": "xlsb", ".ods": "ods",
}  # fmt: skip
"""Ending -> format."""
PLAIN = READ.keys() - {".txt", ".json"}
"""Endings that nothing but a sheet has."""
WRITTEN = {ending: READ[ending] for ending in (".csv", ".tsv", ".tab", ".xlsx", ".jsonl", ".ndjson")}
