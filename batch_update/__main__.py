"""The front door, also as `python -m batch_update`. Ctrl-C ends the program quietly from the first moment."""

from __future__ import annotations

from batch_update.own_process import leaving_at_once, look_seldom_for_garbage


def main() -> None:
    """Run the program."""
    look_seldom_for_garbage()
    with leaving_at_once():
        from batch_update.cli import main as program
    program()


if __name__ == "__main__":
    main()
