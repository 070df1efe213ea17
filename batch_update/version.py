"""The version of this program, which packaging reads too."""

__version__ = "0.1.0"
USER_AGENT = f"batch-update/{__version__}"
"""By this servers know the program."""
