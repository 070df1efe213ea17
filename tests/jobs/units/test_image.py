"""The image and its compose file: read by linters where they are, built where Docker is, and at one with the units."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from batch_update.jobs.units.secret_places import CONTAINER_USER, IN_CONTAINER

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def can_build() -> bool:
    """Whether there is a Docker that answers, not its client alone."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "version"], capture_output=True, check=False, timeout=20).returncode == 0


def test_the_image_works_where_the_units_say_as_the_user_that_they_say() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert f"\nWORKDIR {IN_CONTAINER}\n" in last and f"\nUSER {CONTAINER_USER}:" in last
    assert f"--uid {CONTAINER_USER} " in last
    assert COMPOSE["services"]["batch-update"]["user"] == f"{CONTAINER_USER}:{CONTAINER_USER}"


def test_the_image_starts_the_scheduler_itself_so_that_signals_reach_it() -> None:
    """A shell in between would keep SIGTERM to itself."""
    starts = dict(re.findall(r"^(ENTRYPOINT|CMD|STOPSIGNAL) (.*)$", DOCKERFILE, re.MULTILINE))
    assert (json.loads(starts["ENTRYPOINT"]), json.loads(starts["CMD"])) == (
        ["batch-update"],
        ["job", "serve"],
    )
    assert starts["STOPSIGNAL"] == "SIGTERM"
    assert 'CMD ["batch-update", "job", "serve", "--health"]' in DOCKERFILE


def test_only_what_is_copied_goes_to_the_builder() -> None:
    """No key, run or sheet of the folder can end in an image."""
    lines = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[0] != "#"]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line[0] == "!"} == {
        word for words in copied for word in words.split()
    }


def test_nothing_of_the_container_can_be_written_but_its_volumes() -> None:
    service = COMPOSE["services"]["batch-update"]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["secrets"] == list(COMPOSE["secrets"]), (
        "a secret is a file below /run/secrets, no variable"
    )
    assert service["environment"]["CREDENTIALS_DIRECTORY"] == "/run/secrets"


def test_the_compose_file_keeps_its_schema() -> None:
    package = pytest.importorskip("check_jsonschema", reason="the schema is part of a package of its own")
    from jsonschema import Draft7Validator

    path = Path(package.__file__).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    errors = Draft7Validator(json.loads(path.read_text("utf-8"))).iter_errors(COMPOSE)
    assert [error.message for error in errors] == []


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not installed")
def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    shown = subprocess.run(["hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stdout) == (0, "")


@pytest.mark.skipif(not can_build(), reason="there is no Docker that answers")
def test_docker_builds_the_image_and_it_knows_its_commands() -> None:
    subprocess.run(["docker", "build", "--tag", "batch-update:test", ROOT], check=True, timeout=900)
    told = ["docker", "run", "--rm", "--read-only", "--network", "none", "batch-update:test", "--version"]
    assert subprocess.run(told, capture_output=True, check=True, timeout=60).stdout
