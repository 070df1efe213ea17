"""`python -m batch_update` is the command `batch-update`."""

from batch_update.cli import main

if __name__ == "__main__":
    main()
