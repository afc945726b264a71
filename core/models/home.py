"""Where the user's own things are: trained bundles, runs, and what was deleted and can be put back."""

import os
from pathlib import Path

from platformdirs import user_data_path


def home() -> Path:
    """The folder that KAGAMI_HOME names, else the platform's folder for a user's data. It may not exist yet."""
    named = os.environ.get("KAGAMI_HOME")
    return Path(named).expanduser().absolute() if named else user_data_path("kagami", appauthor=False)


def user_models() -> Path:
    """The user's bundles, beside those that ship."""
    return home() / "models"


def user_runs() -> Path:
    """One folder for each training run."""
    return home() / "runs"


def user_trash() -> Path:
    """Bundles that were deleted."""
    return home() / "trash"
