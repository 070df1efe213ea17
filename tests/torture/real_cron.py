"""Debian's cron, in namespaces of its own, with the lines that `job schedule --cron` prints: what it runs and mails."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

from batch_update.jobs.definition.job_file import load_job
from batch_update.jobs.units.making import Workplace, task_of, task_of_all, unit_for
from batch_update.jobs.units.task import UnitForm
from tests.jobs.units.units_made import FLAGS
from tests.torture.table import Tried

KIND = "Debian's cron runs what is printed for it"
PATIENCE = 150
"""Seconds: cron begins at the next full minute."""
JOB = """file = "../sheet.csv"
description = "Öffnungszeiten, 100 %"
sandbox = true
sandbox-limits = "off"
rate = "off"
yes = true
wait = 60
locks-dir = "../locks"
sandbox-state = "../state.db"
runs-dir = "../runs {name}"
{more}
[schedule]
cron = "* * * * *"
"""
DATED = r"\d{4}-\d\d-\d\d \d\d:\d\d \S+  "
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]


def attempts(scale: float, seed: int) -> Iterator[Tried]:
    """Two nights, each made of one minute: with a line for each job, and with one line for all; whatever is asked."""
    if why := missing():
        yield Tried(KIND, 0, note=f"left out: {why}")
        return
    for is_one_line in (False, True):
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="cron ") as name:
            night = Path(name)
            prepare(night, is_one_line=is_one_line)
            came = ran(night, mails=1 if is_one_line else 2)
            faults = tuple(judged(night)) if came else ("cron did nothing in time",)
            mails = len(list((night / "mails").iterdir()))
        lines = "one line" if is_one_line else "a line for each job"
        yield Tried(KIND, 3, faults, time.monotonic() - begun, note=f"{lines}: {mails} mails")


def missing() -> str:
    """Why it cannot be tried here; "" where it can."""
    if which("cron") is None or which("unshare") is None:
        return "cron or unshare is not installed"
    allowed = subprocess.run([*NAMESPACES, "true"], capture_output=True, check=False)
    return "" if allowed.returncode == 0 and os.geteuid() == 0 else "no rights for namespaces"


def prepare(night: Path, *, is_one_line: bool) -> None:
    """Write three jobs, a crontab for them, a program that takes the mails, and what starts cron among them."""
    work = night / "Büro 5%"
    (work / "jobs").mkdir(parents=True)
    (work / "sheet.csv").write_text("id,speech_speed\n10001,1.15\n10002,0.85\n", "utf-8")
    for name, more in {"gut": "", "row": 'no-fetch = true\nsandbox-faults = "422@1"', "späte 9%": ""}.items():
        (work / "jobs" / f"{name}.toml").write_text(JOB.format(name=name, more=more), "utf-8")
    program = (str(Path(sys.executable).parent / "batch-update"),)
    place = Workplace(program, FLAGS, work, work / "jobs", "root", "", datetime.now(UTC).date())
    jobs = [load_job(path) for path in sorted((work / "jobs").iterdir())]
    tasks = [task_of_all(jobs, place)] if is_one_line else [task_of(job, place) for job in jobs]
    lines = [unit_for(UnitForm.CRON, task).files[0].text for task in tasks]
    (work / "jobs" / "späte 9%.toml").write_text("file = 'x.csv'\nlimti = 3\n", "utf-8")  # broken since
    for folder in ("spool", "mails", "empty"):
        (night / folder).mkdir()
    (night / "spool" / "root").write_text("".join(lines), "utf-8")
    (night / "spool" / "root").chmod(0o600)
    mail = f'#!/bin/sh\ncat >"$(mktemp -p {shlex.quote(str(night / "mails"))})"\n'
    start = f"""set -e
cd {shlex.quote(str(night))}
mount -t tmpfs tmpfs /mnt; mkdir /mnt/up /mnt/work
mount -t overlay overlay -o lowerdir=/usr/sbin,upperdir=/mnt/up,workdir=/mnt/work /usr/sbin
cp sendmail /usr/sbin/sendmail; chmod 755 /usr/sbin/sendmail
mount --bind empty /etc/cron.d; mount --bind /dev/null /etc/crontab; mount -t tmpfs tmpfs /run
mkdir -p /var/spool/cron/crontabs; mount --bind spool /var/spool/cron/crontabs
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin cron -f
"""
    (night / "sendmail").write_text(mail, "utf-8")
    (night / "start").write_text(start, "utf-8")


def ran(night: Path, *, mails: int) -> bool:
    """Let cron run until so many mails and two reports are there; whether they came. It is ended by its number."""
    with subprocess.Popen([*NAMESPACES, "sh", str(night / "start")], stderr=subprocess.DEVNULL) as cron:
        try:
            return any(is_over(night, mails) for _ in range(PATIENCE * 2))
        finally:
            cron.kill()


def is_over(night: Path, mails: int) -> bool:
    time.sleep(0.5)
    whole = [path for path in (night / "mails").iterdir() if path.stat().st_size]
    reports = [*night.glob("*/runs gut/*/report.html"), *night.glob("*/runs row/*/report.html")]
    return len(whole) >= mails and len(reports) >= 2


def judged(night: Path) -> Iterator[str]:
    """Yield what is wrong with what cron left: reports, and a mail for each job that did not go well."""
    mails = sorted(path.read_text("utf-8") for path in (night / "mails").iterdir())
    bodies = [mail.partition("\n\n")[2] for mail in mails]
    if any("gut" in body for body in bodies):
        yield "a job that went well was mailed"
    rows = [body for body in bodies if re.search(rf"^{DATED}row: 1 updated, 1 failed", body, re.MULTILINE)]
    if not any(re.search(r"^Fix ", body, re.MULTILINE) for body in rows):
        yield "no mail has the dated line of the failed row, and what to do"
    if any("charset=UTF-8" not in mail for mail in mails):
        yield "a mail does not say that it is UTF-8"
    if not any("U106" in body and "limti" in body for body in bodies):
        yield "no mail tells of the broken job file"
