"""The CJIT P standard, a fixed day, and models over it."""

from datetime import date

import pytest

from validators.standard.catalogue import load
from validators.standard.model import Standard

TODAY = date(2020, 12, 15)


@pytest.fixture(scope="session")
def standard() -> Standard:
    """The pack that most agencies report to."""
    return load("ndtms-cjit-p")
