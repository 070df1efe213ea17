"""The files by which others carry a fleet are ones that they take."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "samples" / "fleet"


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Each value of a document with where it stands."""
    if isinstance(value, dict | list):
        for name, within in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(within, f"{place}.{name}")
    else:
        yield place, value


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl here")
def test_kubernetes_knows_every_field_of_the_job() -> None:
    """Its client reads a file into what it knows of a Job, and drops the rest."""
    path = SAMPLES / "kubernetes.yaml"
    command = ["kubectl", "set", "image", "--local", "-f", str(path), "shard=other", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    taken = dict(leaves(json.loads(done.stdout)))
    wanted = dict(leaves(yaml.safe_load(path.read_text("utf-8"))))
    assert {place for place, value in wanted.items() if place not in taken} == set()
    assert {place for place, value in wanted.items() if taken[place] != value} == {
        ".spec.template.spec.containers.0.image"
    }


def test_the_script_for_ssh_gives_each_host_its_share_and_tells_of_what_is_left(tmp_path: Path) -> None:
    """Hosts are stood in for by a program `ssh` that writes down what it is asked, and one that is down."""
    (tmp_path / "runs" / "fleet" / "plans").mkdir(parents=True)
    for at in range(7):
        (tmp_path / "runs" / "fleet" / "plans" / f"kunde-{at}.json").touch()
    ssh = tmp_path / "ssh"
    ssh.write_text(
        f'#!/bin/sh\ncat > "{tmp_path}/$3.took"\necho "$4" > "{tmp_path}/$3.ran"\n[ "$3" != down ]\n'
    )
    ssh.chmod(0o755)
    done = subprocess.run(
        ["sh", SAMPLES / "over-ssh.sh", tmp_path / "runs" / "fleet", "one", "two", "down"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    took = {path.stem: path.read_text().split() for path in tmp_path.glob("*.took")}
    assert sorted(len(accounts) for accounts in took.values()) == [2, 2, 3]
    assert sorted(chain(*took.values())) == [f"kunde-{at}" for at in range(7)]
    assert f"--fleet '{tmp_path}/runs/fleet'" in (tmp_path / "one.ran").read_text()
    assert (done.returncode, "fleet status" in done.stderr) == (1, True)


def test_the_file_for_airflow_is_python() -> None:
    ast.parse((SAMPLES / "airflow_dag.py").read_text("utf-8"))
