"""Folders of published definitions, which a test of its own installs."""

import pathlib
import sys


def require(folder):
    """Ends the test with 77, which means skipped, if the packages are not installed."""
    if not pathlib.Path(folder, "installed.lock").exists():
        print(f"skipped: the published definitions are not installed in {folder}; the log of the test that installs "
              "them has the reason")
        sys.exit(77)
