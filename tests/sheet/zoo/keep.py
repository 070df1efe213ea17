"""Makes the files in `kept/`: LibreOffice without its windows, in a German locale, saves them.

`python -m tests.sheet.zoo.keep [FILE...]` makes those of these names, or all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.sheet.zoo.messy import MESSY
from tests.sheet.zoo.programs import by_xlsxwriter
from tests.sheet.zoo.saved import SAVED
from tests.sheet.zoo.specimens import KEPT, Office, Specimen

LONGEST = 120
"""seconds that a start of it may take"""
_TYPED_IN_GERMAN = "--infilter=CSV:59,34,76,1,,1031,false,true"
_GERMAN = """<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>de-DE</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Save/Document"><prop oor:name="GenerateThumbnail" oor:op="fuse">
<value>false</value></prop></item></oor:items>"""
"""The locale; and no picture of the first page, which makes files larger."""


def main(names: list[str]) -> None:
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _start(home, "--terminate_after_init")
        settings = home / "profile" / "user" / "registrymodifications.xcu"
        settings.write_text(settings.read_text("utf-8").replace("</oor:items>", _GERMAN), "utf-8")
        for specimen in (*SAVED, *MESSY):
            if isinstance(specimen.made, Office) and (not names or specimen.file in names):
                _save(home, specimen, specimen.made)


def _save(home: Path, specimen: Specimen, office: Office) -> None:
    """Have LibreOffice open the source of a sheet and save it under the sheet's name."""
    stem, _, ending = specimen.file.rpartition(".")
    source = home / f"{stem}.{'xlsx' if office.pages else 'csv'}"
    source.write_bytes(by_xlsxwriter(*office.pages) if office.pages else office.typed.encode())
    form = ending
    if ending == "csv":
        form = f"csv:Text - txt - csv (StarCalc):59,34,{office.charset},1,,1031,false,true,false"
    typed = [] if office.pages else [_TYPED_IN_GERMAN]
    _start(home, *typed, "--convert-to", form, "--outdir", str(KEPT), str(source))
    print(specimen.file, (KEPT / specimen.file).stat().st_size)


def _start(home: Path, *words: str) -> None:
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--norestore", *words]
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(command, env=environ, timeout=LONGEST, check=True, capture_output=True)


if __name__ == "__main__":
    main(sys.argv[1:])
