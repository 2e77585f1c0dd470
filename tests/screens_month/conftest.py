"""The screens of month end: the store and the program of the list screens' tests."""

from pathlib import Path

from tests.screens_lists.conftest import agency as agency
from tests.screens_lists.conftest import start as start
from tests.screens_lists.conftest import store as store

PICTURES = Path(__file__).parent / "pictures"
