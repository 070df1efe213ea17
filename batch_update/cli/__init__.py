"""The command line: parses, calls, prints. It decides nothing."""

from batch_update.cli.app import main

__all__ = ["main"]
