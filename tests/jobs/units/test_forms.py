"""Units of all forms: whoever reads one starts exactly this program, in this folder, with these words."""

from __future__ import annotations

import ast
import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from batch_update.errors import UsageError
from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.units.making import machine_zone, task_of, task_of_all, unit_for
from batch_update.jobs.units.task import UnitForm
from batch_update.jobs.units.unit_files import save
from tests.jobs.units.units_made import FORMS, ODD_FOLDER, ODD_JOB, place_in, task_in, text_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its shells are others")
XML = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a program that writes down how it was started, and ends as it is told."""
    made = tmp_path / ODD_FOLDER
    (made / "bin").mkdir(parents=True)
    program = made / "bin" / "batch-update"
    code = (
        "import json, os, pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        "told = {'words': sys.argv[1:], 'folder': os.getcwd(), 'environ': dict(os.environ)}\n"
        "beside = pathlib.Path(__file__).parent\n"
        "(beside / 'new').write_text(json.dumps(told)); (beside / 'new').rename(beside / 'started')\n"
        "time.sleep(float(os.environ.get('LASTS', '0')))\n"
        "sys.exit(int(os.environ.get('ENDS', '0')))\n"
    )
    program.write_text(f"#!/usr/bin/env python3\n{code}", "utf-8")
    program.chmod(0o755)
    return made


def started(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "bin" / "started").read_text("utf-8")))


def shell(words: list[str], folder: Path, **environ: str) -> int:
    poor = {
        "PATH": f"{folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/",
        "SHELL": "/bin/sh",
        **environ,
    }
    return subprocess.run(words, env=poor, cwd="/", timeout=30, check=False).returncode


def command_of_cron(text: str) -> str:
    """The command of the last line, as cron hands it to a shell: `%` would be a line end, `\\%` is a percent sign."""
    command = text.splitlines()[-1].split(maxsplit=5)[5]
    assert re.search(r"(?<!\\)%", command) is None
    return command.replace(r"\%", "%")


def test_cron_starts_the_program_with_its_words_in_its_folder(folder: Path) -> None:
    text = text_of(UnitForm.CRON, task_in(folder, ODD_JOB))
    assert shell(["/bin/sh", "-c", command_of_cron(text)], folder) == 0
    told = started(folder)
    assert (told["words"], told["folder"]) == (["job", "run", ODD_JOB, "--quiet"], str(folder))
    assert text.splitlines()[-1].startswith("0 3 * * 1-5  ")


def test_cron_that_knows_no_time_zone_is_told_of(folder: Path) -> None:
    here = text_of(UnitForm.CRON, task_in(folder, timezone="Europe/Berlin"))
    there = text_of(UnitForm.CRON, task_in(folder, timezone="America/New_York"))
    assert "CRON_TZ" not in here and "\nCRON_TZ=America/New_York\n" in there
    assert "Debian and Ubuntu does not" in there


def test_a_line_that_cron_would_not_read_is_not_printed(folder: Path) -> None:
    far = replace(task_in(folder), program=(f"/{'x' * 990}",))
    with pytest.raises(UsageError, match="longer than 990 characters"):
        text_of(UnitForm.CRON, far)


@pytest.mark.skipif(which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("name", ["nightly", ODD_JOB, ""])
def test_systemd_accepts_the_units(folder: Path, tmp_path: Path, name: str) -> None:
    """With a secret of each kind, a deadline and a jitter. The name of a user is the one thing it cannot know here."""
    text = 'key = { credential = "famulor_api_key" }\nnotify = { to = [{ env = "MAIL" }, { file = "50 %" }] }'
    task = task_in(
        folder, name or "x", text=text, deadline=600, jitter=60, cron="0 3 13 * 5", timezone="Europe/Berlin"
    )
    if not name:
        task = task_of_all([load_job(folder / "jobs" / "x.toml")], place_in(folder))
    paths = save(unit_for(UnitForm.SYSTEMD, task), tmp_path / "units")
    shown = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, [line for line in shown.stderr.splitlines() if "batch-update" in line]) == (
        0,
        [],
    )


def test_systemd_takes_the_words_as_they_are(folder: Path) -> None:
    text = text_of(UnitForm.SYSTEMD, task_in(folder, ODD_JOB))
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    words = [
        json.loads(word) if word[0] == '"' else word for word in re.findall(r'"(?:\\.|[^"\\])*"|\S+', line)
    ]
    plain = [word.replace("%%", "%").replace("$$", "$") for word in words]
    assert plain[0] == "/usr/bin/env", "systemd takes no such path as that of a program"
    assert plain[1:] == [str(folder / "bin" / "batch-update"), "job", "run", ODD_JOB, "--quiet"]
    assert f"WorkingDirectory={folder}".replace("%", "%%") in text.splitlines()


def test_what_has_to_stand_in_a_service_stands_there(folder: Path) -> None:
    text = 'key = { credential = "k" }\nnotify = { to = [{ env = "MAIL" }] }\ngrace = 100'
    task = task_in(folder, text=text, deadline=600, jitter=60)
    service, timer = (file.text.splitlines() for file in unit_for(UnitForm.SYSTEMD, task).files)
    for line in (
        "User=anna",
        "SuccessExitStatus=10 75",
        "LoadCredential=k:/etc/batch-update/k",
        "EnvironmentFile=/etc/batch-update/environment",
        "TimeoutStopSec=145",
        "TimeoutStartSec=745",
    ):
        assert line in service
    assert {"OnCalendar=Mon..Fri *-*-* 03:00:00", "Persistent=true", "RandomizedDelaySec=60"} <= set(timer)
    none = unit_for(UnitForm.SYSTEMD, task_in(folder, catch_up="none")).files[1].text
    assert "Persistent=false" in none and "RandomizedDelaySec" not in none


def test_a_job_asks_for_a_key_where_it_needs_one(folder: Path) -> None:
    assert "LoadCredential=famulor_api_key:" in text_of(UnitForm.SYSTEMD, task_in(folder))
    assert "LoadCredential" not in text_of(UnitForm.SYSTEMD, task_in(folder, text="sandbox = true"))


# ---------------------------------------------------------------- Kubernetes


def container_of(manifest: Any) -> Any:
    (container,) = manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return container


def test_kubernetes_starts_the_job_and_takes_two_ends_for_success(folder: Path) -> None:
    """The script of the container, as a shell runs it; its SIGTERM reaches the program, which ends in good order."""
    manifest = yaml.safe_load(
        text_of(UnitForm.KUBERNETES, task_in(folder, ODD_JOB, timezone="Europe/Berlin"))
    )
    command = [word.replace("$$(", "$(") for word in container_of(manifest)["command"]]
    ends = {ends: shell(command, folder, ENDS=str(ends)) for ends in (0, 1, 10, 75)}
    assert ends == {0: 0, 1: 1, 10: 0, 75: 0}
    assert started(folder)["words"] == ["job", "run", ODD_JOB, "--quiet"]
    (folder / "bin" / "started").unlink()
    environ = {"PATH": f"{folder / 'bin'}:/usr/local/bin:/usr/bin:/bin", "LASTS": "20"}
    with subprocess.Popen(command, env=environ) as running:
        for _ in range(1000):
            if (folder / "bin" / "started").exists():
                break
            time.sleep(0.01)
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 143


def test_what_has_to_stand_in_a_cronjob_stands_there(folder: Path) -> None:
    text = 'key = { credential = "k" }\nnotify = { to = [{ env = "MAIL" }] }'
    task = task_in(folder, "Öffnungszeiten abends", text=text, deadline=600, timezone="Europe/Berlin")
    manifest = yaml.safe_load(text_of(UnitForm.KUBERNETES, task))
    spec, pod = manifest["spec"], manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert manifest["metadata"]["name"] == "batch-update-oeffnungszeiten-abends"
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (
        "0 3 * * 1-5",
        "Europe/Berlin",
        "Forbid",
    )
    assert (spec["jobTemplate"]["spec"]["activeDeadlineSeconds"], pod["terminationGracePeriodSeconds"]) == (
        690,
        90,
    )
    values = {entry["name"]: entry for entry in container_of(manifest)["env"]}
    assert values["MAIL"]["valueFrom"]["secretKeyRef"]["key"] == "MAIL"
    assert pod["volumes"][2]["secret"]["items"] == [{"key": "k", "path": "k"}]
    late = yaml.safe_load(text_of(UnitForm.KUBERNETES, task_in(folder, catch_up="none")))
    assert late["spec"]["startingDeadlineSeconds"] == 60


def test_kubernetes_has_room_for_a_long_name_and_replaces_nothing_in_it(folder: Path) -> None:
    manifest = yaml.safe_load(text_of(UnitForm.KUBERNETES, task_in(folder, "$(HOME) " + 60 * "x")))
    assert len(manifest["metadata"]["name"]) <= 52, "more is refused for a CronJob"
    assert container_of(manifest)["command"][-2].startswith("$$(HOME) x")


def test_kubernetes_finds_its_schema_kept(folder: Path) -> None:
    validate = pytest.importorskip(
        "kubernetes_validate", reason="its schemas are a package of their own"
    ).validate
    text = 'key = { credential = "k" }\nnotify = { to = [{ env = "MAIL" }] }'
    for task in (
        task_in(folder, ODD_JOB, text=text, deadline=9, jitter=9),
        task_in(folder, text="sandbox = true"),
    ):
        validate(yaml.safe_load(text_of(UnitForm.KUBERNETES, task)), "1.31", strict=True)


# ---------------------------------------------------------------- GitHub Actions


def test_github_starts_the_job_with_its_secrets_and_takes_two_ends_for_success(
    folder: Path, tmp_path: Path
) -> None:
    text = 'key = { credential = "famulor_api_key" }\nnotify = { to = [{ env = "MAIL" }] }'
    name = "${{ secrets.OTHER }} 'x'"
    workflow = yaml.safe_load(
        text_of(UnitForm.GITHUB_ACTIONS, task_in(folder, name, text=text, deadline=600))
    )
    job = workflow["jobs"]["run"]
    assert job["timeout-minutes"] == 12 and workflow["permissions"] == {"contents": "read"}
    assert workflow[True]["schedule"] == [
        {"cron": "0 3 * * 1-5", "timezone": "Europe/Berlin"}
    ]  # YAML 1.1 has on = true
    put, run = job["steps"][3:5]
    assert (put["env"]["SECRET_1"], run["env"]["MAIL"]) == (
        "${{ secrets.FAMULOR_API_KEY }}",
        "${{ secrets.MAIL }}",
    )
    environ = {"RUNNER_TEMP": str(tmp_path), "SECRET_1": "a key", "FILE_1": put["env"]["FILE_1"]}
    assert shell(["bash", "-e", "-c", put["run"]], folder, **environ) == 0
    kept = tmp_path / "credentials" / "famulor_api_key"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("a key\n", 0o600)
    said = run["env"]["JOB"]
    assert "${{ secrets" not in said, "the name of a job is no expression of theirs"
    assert said.replace("${{ '${{' }}", "${{") == name
    ends = {
        end: shell(["bash", "-e", "-c", run["run"]], folder, JOB=name, ENDS=str(end))
        for end in (0, 1, 10, 75)
    }
    assert ends == {0: 0, 1: 1, 10: 0, 75: 0}
    assert started(folder)["words"] == ["job", "run", name, "--quiet"]


@pytest.mark.parametrize("cron", ["*/4 * * * *", "0,58 * * * *"])
def test_github_is_asked_for_nothing_that_it_would_start_more_rarely(folder: Path, cron: str) -> None:
    with pytest.raises(UsageError, match="more often than every 5 minutes"):
        text_of(UnitForm.GITHUB_ACTIONS, task_in(folder, cron=cron))
    assert '"*/5 * * * *"' in text_of(UnitForm.GITHUB_ACTIONS, task_in(folder, cron="*/5 * * * *"))


def test_github_finds_its_schema_kept(folder: Path) -> None:
    package = pytest.importorskip("check_jsonschema", reason="the schema is part of a package of its own")
    from jsonschema import Draft7Validator

    path = Path(package.__file__).parent / "builtin_schemas" / "vendor" / "github-workflows.json"
    schema = json.loads(path.read_text("utf-8"))
    text = 'key = { credential = "k" }\nnotify = { to = [{ env = "MAIL" }] }'
    workflow = yaml.safe_load(text_of(UnitForm.GITHUB_ACTIONS, task_in(folder, ODD_JOB, text=text, jitter=9)))
    workflow["on"] = workflow.pop(True)
    assert [error.message for error in Draft7Validator(schema).iter_errors(workflow)] == []


# ---------------------------------------------------------------- Airflow


def test_airflow_starts_the_program_and_takes_drift_for_success(folder: Path) -> None:
    text = text_of(UnitForm.AIRFLOW, task_in(folder, ODD_JOB, deadline=600))
    calls = {
        node.func.id: node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    told = {word.arg: word.value for word in calls["BashOperator"].keywords}
    command, cwd = ast.literal_eval(told["bash_command"]), ast.literal_eval(told["cwd"])
    assert cwd == str(folder) and ast.literal_eval(told["skip_on_exit_code"]) == 75
    ends = {end: shell(["bash", "-c", command], folder, ENDS=str(end)) for end in (0, 1, 10, 75)}
    assert ends == {0: 0, 1: 1, 10: 0, 75: 75}
    assert started(folder)["words"] == ["job", "run", ODD_JOB, "--quiet"]


def test_airflow_renders_no_name_as_a_template(folder: Path) -> None:
    from jinja2 import Template

    task = task_in(folder, "{{ conn.x.password }} {# #}")
    (found,) = re.findall(r"bash_command=(.*),$", text_of(UnitForm.AIRFLOW, task), re.MULTILINE)
    assert "job run '{{ conn.x.password }} {# #}' --quiet" in Template(ast.literal_eval(found)).render()


def test_airflow_finds_a_dag_in_it(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("airflow", reason="Airflow is not installed")
    path = tmp_path / "dag.py"
    path.write_text(text_of(UnitForm.AIRFLOW, task_in(folder, ODD_JOB, deadline=600, jitter=5)), "utf-8")
    script = f"import runpy; print(runpy.run_path({str(path)!r}) and 'a DAG')"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "a DAG" in shown.stdout, shown.stderr


# ---------------------------------------------------------------- Windows


def test_windows_reads_the_task_as_it_is_printed_and_as_it_is_saved(folder: Path, tmp_path: Path) -> None:
    task = task_in(folder, 'x "&" <y> ü -- 5%', deadline=600, jitter=60)
    unit = unit_for(UnitForm.WINDOWS_TASK, task)
    (path,) = save(unit, tmp_path / "saved")
    assert path.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff"), "UTF-16 with its mark"
    for tree in (ElementTree.fromstring(unit.files[0].text), ElementTree.parse(path).getroot()):
        (action,) = tree.iter(f"{XML}Exec")
        assert [part.text for part in action] == [
            str(folder / "bin" / "batch-update"),
            'job run "x \\"&\\" <y> ü -- 5%" --quiet',
            str(folder),
        ]
        texts = {part.tag.removeprefix(XML): part.text for part in tree.iter()}
        assert (texts["StartWhenAvailable"], texts["ExecutionTimeLimit"]) == ("true", "PT690S")
        assert (texts["RandomDelay"], texts["MultipleInstancesPolicy"]) == ("PT60S", "IgnoreNew")


def test_windows_has_no_other_time_zone_than_its_own(folder: Path) -> None:
    with pytest.raises(UsageError, match="not those of America/New_York"):
        text_of(UnitForm.WINDOWS_TASK, task_in(folder, timezone="America/New_York"))


@pytest.mark.parametrize(
    ("form", "line"),
    [
        (UnitForm.KUBERNETES, "activeDeadlineSeconds: 990"),
        (UnitForm.GITHUB_ACTIONS, "timeout-minutes: 17"),
        (UnitForm.AIRFLOW, "execution_timeout=timedelta(seconds=990)"),
        (UnitForm.SYSTEMD, "TimeoutStartSec=690"),
    ],
)
def test_a_limit_lies_behind_the_deadline_also_of_a_job_that_waited_for_its_jitter(
    folder: Path, form: UnitForm, line: str
) -> None:
    assert line in text_of(form, task_in(folder, deadline=600, jitter=300))


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("form", FORMS)
def test_no_unit_holds_a_secret(folder: Path, form: UnitForm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMULOR_API_KEY", "sEcReT-of-the-key")
    monkeypatch.setenv("MAIL", "mailto://sEcReT")
    text = text_of(form, task_in(folder, text='notify = { to = [{ env = "MAIL" }] }'))
    assert "sEcReT" not in text and "MAIL" in text


@pytest.mark.parametrize("form", FORMS)
def test_a_name_or_a_description_adds_no_line(folder: Path, form: UnitForm) -> None:
    text = 'description = "a\\nb --> \\"\\"\\" ]]> \\u202e c"'
    lines = text_of(form, task_in(folder, text=text)).splitlines()
    assert not any(line.startswith("b -->") or "\u202e" in line for line in lines)
    with pytest.raises(UsageError, match="control characters"):
        text_of(form, task_in(folder, "a\nb"))


@pytest.mark.parametrize("form", [UnitForm.KUBERNETES, UnitForm.GITHUB_ACTIONS])
def test_what_is_not_in_the_folder_is_not_there_elsewhere(
    folder: Path, tmp_path: Path, form: UnitForm
) -> None:
    task_in(tmp_path / "other")
    far = task_of(load_job(tmp_path / "other" / "jobs" / "nightly.toml"), place_in(folder))
    with pytest.raises(UsageError, match="is not below the folder"):
        text_of(form, far)
    with pytest.raises(UsageError, match=r"the secret in /.*credential = "):
        text_of(form, task_in(folder, text='key-file = "/etc/key"'))


def test_a_job_without_a_schedule_is_told_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('file = "a.csv"\n', "utf-8")
    with pytest.raises(UsageError) as caught:
        task_of(load_job(tmp_path / "x.toml"), place_in(tmp_path))
    assert caught.value.code == "U140" and "[schedule]" in caught.value.remedy


@pytest.mark.parametrize(
    "form", [UnitForm.KUBERNETES, UnitForm.GITHUB_ACTIONS, UnitForm.AIRFLOW, UnitForm.WINDOWS_TASK]
)
def test_a_form_for_single_jobs_says_so(folder: Path, form: UnitForm) -> None:
    with pytest.raises(UsageError, match="for all jobs together"):
        text_of(form, task_of_all([], place_in(folder)))


def test_a_file_that_is_there_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    unit = unit_for(UnitForm.CRON, task_in(folder))
    save(unit, tmp_path / "u")
    with pytest.raises(UsageError, match="is there already"):
        save(unit, tmp_path / "u")
    assert save(unit, tmp_path / "u", force=True)


def test_the_zone_of_a_machine_is_what_its_clock_is_set_to(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert machine_zone({}, tmp_path / "localtime") == "Europe/Berlin"
    assert machine_zone({"TZ": ":America/New_York"}, tmp_path / "localtime") == "America/New_York"
    assert machine_zone({}, tmp_path / "none") == machine_zone({"TZ": "Nowhere/X"}) == ""
