import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def keras_side(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `keras_side.py` filled: shallow.*, deep.* and normed.* networks, models/, tiny.npz, told.json."""
    folder = tmp_path_factory.mktemp("keras")
    script = ROOT / "tests" / "models" / "keras_side.py"
    run = subprocess.run(
        [sys.executable, script, folder],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return folder
