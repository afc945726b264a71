"""Folders of runs, of a home of the test's own or on a small disk."""

import shutil
import subprocess

import pytest

from core.models.home import user_runs
from core.runs.reporter import Reporter
from tests.runs.tools import PLAN


@pytest.fixture
def folder(home):
    """A run's folder, with its plan."""
    path = user_runs() / "20260131-120000-000000-aaaa"
    path.mkdir(parents=True)
    (path / "plan.json").write_text(PLAN.to_json())
    return path


@pytest.fixture
def reporter(folder):
    with Reporter(plan=PLAN, path=folder) as reporter:
        yield reporter


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A home on a disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True)
    if not done or done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    monkeypatch.setenv("KAGAMI_HOME", str(disk / "home"))
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)
