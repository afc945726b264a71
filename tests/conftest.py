import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def no_ones_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the person who runs the tests has trained is neither seen nor touched."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAGAMI_HOME", str(folder))
        yield folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own."""
    monkeypatch.setenv("KAGAMI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


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
