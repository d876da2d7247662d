"""Lets `python -m strongroom` do what `strongroom` does."""

import sys

from strongroom.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
