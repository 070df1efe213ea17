"""The package from Python: its public names, and the README's ten lines."""

from __future__ import annotations

import re
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

import batch_update

README = Path(__file__).parents[1] / "README.md"


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert list(batch_update.__all__) == sorted(batch_update.__all__)
    for name in batch_update.__all__:
        assert getattr(batch_update, name).__module__.startswith("batch_update."), name


def test_a_public_name_is_written_once_and_type_checkers_see_it() -> None:
    """Each line of the stub is a re-export from the module that defines the name; the module beside it names none."""
    package = Path(batch_update.__file__)
    lines = [
        line
        for line in package.with_suffix(".pyi").read_text("utf-8").splitlines()
        if line.startswith("from")
    ]
    homes = dict(re.fullmatch(r"from (\S+) import (\w+) as \2", line).group(2, 1) for line in lines)
    assert sorted(homes) == sorted([*batch_update.__all__, "__version__"]), (
        "no line of another form, none twice"
    )
    assert len(lines) == len(homes)
    for name in batch_update.__all__:
        assert getattr(batch_update, name).__module__ == homes[name], name
    words = set(re.findall(r"\w+", package.read_text("utf-8").partition("from __future__")[2]))
    assert words & set(batch_update.__all__) == set()


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        print(batch_update.nothing_like_it)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, batch_update; sys.exit(bool({'pandas', 'httpx', 'pydantic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_ten_lines_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAMULOR_API_KEY", raising=False)
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_STATE", str(tmp_path / "state.db"))
    monkeypatch.setenv("BATCH_UPDATE_SANDBOX_LIMITS", "off")
    monkeypatch.setenv("BATCH_UPDATE_RATE", "off")
    monkeypatch.setenv("BATCH_UPDATE_LOCKS_DIR", str(tmp_path / "locks"))
    Path("changes.csv").write_text("id,speech_speed\n10001,1.1\n10002,0.9\n", "utf-8")
    (code,) = re.findall(r"```python\n(import batch_update.*?)```", README.read_text("utf-8"), re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    first, second, folder = capsys.readouterr().out.splitlines()
    assert (first, second) == ("2 updated ", "3 updated ")
    assert (tmp_path / folder / "results.csv").exists()


def test_a_traceback_says_what_to_do() -> None:
    """Notebooks show nothing else of an error."""
    shown = "".join(traceback.format_exception(batch_update.UsageError("it is wrong", remedy="do it right")))
    assert shown.endswith("UsageError: it is wrong\ndo it right\n")
