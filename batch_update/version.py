"""The version of this program, which packaging reads too."""

__version__ = "0.1.0"
