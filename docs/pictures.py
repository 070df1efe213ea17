"""Pictures of a plan, a report and a workbook for README and the site, made in the sandbox: `make pictures`.

The terminal is drawn as SVG, the page by Chromium, the workbook by LibreOffice. Whatever of these is missing is left
out, and its picture stays as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SHEET = """id;Begrüßung;Stimme;Sprechtempo;Prompt
10001;Guten Tag, Praxis Dr. Weiß, was kann ich für Sie tun?;533;1,1;
10002;;533;;
10003;Hallo, hier ist die Bäckerei Größe.;;1,05;
10004;;;9,9;
10005;;533;1,0;
10006;Willkommen bei Auto Schmidt!;;;
"""
COLUMNS, LONGEST = 96, 120
"""Letters of a line of the terminal; seconds that a program may take"""
WINDOW = {"width": 1200, "height": 900}
MOST = 200_000
"""Bytes of a picture."""


def main() -> None:
    """Make all pictures anew, and say which."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "changes.csv").write_text(SHEET, "utf-8-sig")
        terminal(run(folder, "plan", "changes.csv", "--skip-invalid"), PICTURES / "plan.svg")
        run(folder, "apply", "changes.csv", "--skip-invalid", "--yes")
        run(folder, "report", "last", "-o", "report.html", sandbox=False)
        run(folder, "report", "last", "-o", "results.xlsx", sandbox=False)
        photograph(folder / "report.html", PICTURES / "page.png")
        workbook(folder / "results.xlsx", PICTURES / "workbook.png")
    for picture in sorted(PICTURES.iterdir()):
        size = picture.stat().st_size
        print(f"{picture.relative_to(ROOT)}: {size:,} bytes")
        assert size <= MOST, f"{picture.name} is too large"


def run(folder: Path, *words: str, sandbox: bool = True) -> str:
    """Run the program in this folder as at a terminal with colors, and return what it shows."""
    environ = {
        **os.environ,
        "BATCH_UPDATE_SANDBOX_STATE": str(folder / "sandbox.db"),
        "COLUMNS": str(COLUMNS),
        "FORCE_COLOR": "1",
        "LANG": "en_US.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(folder / "state"),
    }
    command = [sys.executable, "-m", "batch_update", *words, *(["--sandbox"] if sandbox else [])]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode in (0, 1, 3), done.stderr
    shown = (
        f"$ batch-update {' '.join(command[3:])}\n{done.stderr if words[0] == 'plan' else ''}{done.stdout}"
    )
    return re.sub(rf" --sandbox-state {re.escape(str(folder))}\S*", "", shown)


def terminal(shown: str, picture: Path) -> None:
    """Draw what a terminal shows. Its fonts are those of the machine: nothing is fetched."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(shown), soft_wrap=True)
    svg = console.export_svg(title="batch-update", theme=DIMMED_MONOKAI)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    picture.write_text(svg.replace("Fira Code", "ui-monospace"), "utf-8")


def workbook(book: Path, picture: Path) -> None:
    """Have LibreOffice make a page of a workbook, and Chromium draw its first worksheet."""
    if shutil.which("soffice") is None:
        print("no picture of the workbook: LibreOffice is missing", file=sys.stderr)
        return
    profile = f"-env:UserInstallation={(book.parent / 'profile').as_uri()}"
    words = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "html",
        "--outdir",
        str(book.parent),
        str(book),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=LONGEST)
    photograph(book.with_suffix(".html"), picture, first="table0")


def photograph(document: Path, picture: Path, first: str = "") -> None:
    """Have Chromium draw what it shows of a document; `first`: the name of the anchor that is on top."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None or not document.exists():
        print(f"no {picture.name}: Chromium, playwright or {document.name} is missing", file=sys.stderr)
        return
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport=WINDOW, locale="en-US", color_scheme="light")
        tab.goto(document.as_uri())
        if first:
            tab.evaluate(f"document.getElementsByName('{first}')[0].scrollIntoView()")
        tab.screenshot(path=str(picture))
        browser.close()


if __name__ == "__main__":
    main()
