"""Good text files for the torture of files: every delimiter, line end and encoding, and texts that are worth damage."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"
ROWS = (
    ("10001", "Schön, dass Sie anrufen. Café Größe", "1,1", '[{"type": "end_call", "description": "Auf Wiederhören"}]'),
    ("10002", "Zeile eins\nZeile zwei, \"Zitat\"", "0,9", ""),
    ("10003", "=1+1", "", "[]"),
)  # fmt: skip
HEADER = ("id", "initial_message", "speech_speed", "tools")


def seeds() -> dict[str, bytes]:
    """CSV, TSV, JSON Lines and a JSON array."""
    patterns = ("*/*.csv", "*/*.tsv", "*/*.jsonl")
    files = {
        path.name: path.read_bytes()
        for pattern in patterns
        for path in sorted(SAMPLES.glob(pattern))
        if not path.name.endswith(".expected.csv")
    }
    for codec in ("utf-8-sig", "cp1252", "cp850", "utf-16-le", "utf-32-le"):
        mark = {"utf-16-le": codecs.BOM_UTF16_LE}.get(codec, b"")
        files[f"{codec}.csv"] = mark + delimited(";", "\r\n").encode(codec)
    files["returns.csv"] = delimited(",", "\r").encode()
    files["pipes.csv"] = delimited("|", "\n").encode()
    files["tabs.tsv"] = delimited("\t", "\n").encode()
    files["sep.csv"] = b"sep=;\r\n" + delimited(";", "\r\n").encode()
    objects = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    files["lines.jsonl"] = "".join(json.dumps(each) + "\n" for each in objects).encode()
    files["array.json"] = json.dumps(objects, ensure_ascii=False, indent=1).encode()
    return files


def delimited(delimiter: str, newline: str) -> str:
    """The rows as a CSV whose every cell is in quotes."""
    rows = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (HEADER, *ROWS))
    return "".join(row + newline for row in rows)
