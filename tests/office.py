"""LibreOffice without its windows, in a German locale: it fills workbooks in as people do, and writes them again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

LONGEST = 60
"""seconds that a start of it may take"""
_FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".csv": "Text - txt - csv (StarCalc)"}
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="People"/></library:library>"""
_MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="People" script:language="StarBasic">
Sub Fill
 On Error GoTo Ended
 Dim hidden(0) As New com.sun.star.beans.PropertyValue
 hidden(0).Name = "Hidden"
 hidden(0).Value = True
 book = StarDesktop.loadComponentFromURL(Environ("FILL_IN"), "_blank", 0, hidden())
 sheet = book.Sheets.getByIndex(0)
 number = FreeFile
 Open Environ("FILL_CELLS") For Input As number
 Do While Not EOF(number)
  Line Input #number, typed
  place = InStr(typed, "=")
  If place &gt; 0 Then sheet.getCellRangeByName(Left(typed, place - 1)).FormulaLocal = Mid(typed, place + 1)
 Loop
 Close number
 Dim form(0) As New com.sun.star.beans.PropertyValue
 form(0).Name = "FilterName"
 form(0).Value = Environ("FILL_FILTER")
 book.storeToURL(Environ("FILL_OUT"), form())
 book.close(True)
Ended:
 StarDesktop.terminate()
End Sub
</script:module>"""
_GERMAN = """<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>de-DE</value></prop></item></oor:items>"""


class Office:
    """A profile of LibreOffice of its own. Every call is a start, which takes a second or two."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._start("--terminate_after_init")
        user = folder / "profile" / "user"
        settings = user / "registrymodifications.xcu"
        settings.write_text(settings.read_text("utf-8").replace("</oor:items>", _GERMAN), "utf-8")
        (user / "basic" / "Standard" / "script.xlb").write_text(_LIBRARY, "utf-8")
        (user / "basic" / "Standard" / "People.xba").write_text(_MACRO, "utf-8")

    def fill(self, source: Path, target: Path, cells: Mapping[str, str]) -> Path:
        """Type these texts into cells of the first worksheet, as a German would, and save it by the target's ending."""
        typed = self._folder / "cells.txt"
        typed.write_text("".join(f"{cell}={text}\n" for cell, text in cells.items()), "utf-8")
        target.unlink(missing_ok=True)
        self._start(
            "macro:///Standard.People.Fill",
            FILL_IN=source.resolve().as_uri(),
            FILL_OUT=target.resolve().as_uri(),
            FILL_CELLS=str(typed),
            FILL_FILTER=_FILTERS[target.suffix],
        )
        assert target.exists(), "LibreOffice wrote nothing"
        return target

    def _start(self, *words: str, **variables: str) -> None:
        profile = f"-env:UserInstallation={(self._folder / 'profile').as_uri()}"
        process = subprocess.Popen(
            ["soffice", profile, "--headless", "--norestore", *words],
            env={**os.environ, "LC_ALL": "C.UTF-8", **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """LibreOffice, where this machine has it."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed here")
    return Office(tmp_path_factory.mktemp("office"))
