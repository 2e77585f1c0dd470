"""The folders that the platform gives a person's programs, also where the account has no home."""

from pathlib import Path
from typing import Literal

NOWHERE = Path("/nonexistent")
"""What stands in the list of accounts for the home of one that has none; nothing is ever found or made there."""


def own_folder(kind: Literal["data", "config", "state"]) -> Path:
    """Keywork's folder for a person's data, settings or what it remembers; under `NOWHERE` for one without a home.

    An account that a directory service knows, or a container's, may have neither a home in its environment nor a line
    in the list of accounts.
    """
    from platformdirs import user_config_dir, user_data_dir, user_state_dir  # only by commands that need one

    try:
        given = {"data": user_data_dir, "config": user_config_dir, "state": user_state_dir}[kind]("keywork", False)
    except RuntimeError:
        return NOWHERE / "keywork"
    return Path(given) if Path(given).is_absolute() else NOWHERE / "keywork"
