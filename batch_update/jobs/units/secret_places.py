"""Where secrets lie beside a unit: the unit names these places, and whoever installs it puts them there."""

from __future__ import annotations

SECRETS = "/etc/batch-update"
"""Folder of files that hold a secret each, by the names of the credentials."""
ENV_FILE = f"{SECRETS}/environment"
"""File of lines NAME=value, for jobs whose secrets lie in variables."""
IN_CONTAINER = "/srv/batch-update"
"""Where the image of the Dockerfile works: jobs, sheets and runs lie below it."""
CONTAINER_USER = 10001
"""The user of that image, who is nobody elsewhere."""
