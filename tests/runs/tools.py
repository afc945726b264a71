"""A tiny run and what it reports, for tests that pretend one or start it; and how to wait for what it does."""

import threading
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core.errors import KagamiError
from core.models import epochs
from core.models.experiments import RECIPES, Experiment
from core.models.snapshots import Snapshot, Specimens
from core.runs import run as runs
from core.runs.plan import Plan

TINY = Experiment(
    recipe=replace(RECIPES["article"], name="own", encoder=(8,), epochs=2, most_images=200), normals=(1, 7)
)
PLAN = Plan(experiment=TINY, bundle="my-tiny", title="Tiny")
Epoch = partial(epochs.Epoch, of=3, loss=0.5, val_loss=0.75)
SPECIMENS = Specimens(
    labels=("1",),
    images=np.zeros((1, 28, 28), np.uint8),
    normals=np.zeros((2, 784), np.float32),
    unseen=np.zeros((2, 784), np.float32),
)


def snapshot(epoch):
    errors = np.full(2, 0.5, np.float16)
    return Snapshot(
        epoch=epoch, reconstructions=np.full((1, 28, 28), epoch, np.uint8), normal_errors=errors, unseen_errors=errors
    )


def find_run(run_id):
    """The run of that id; None where there is no such folder."""
    return next((run for run in runs.list_runs() if run.id == run_id), None)


def found(folder):
    return find_run(folder.name)


def in_thread(work):
    """Start `work`; what it returned or raised is `thread.result`."""

    def run():
        try:
            thread.result = work()
        except KagamiError as error:
            thread.result = error

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def fill_up(disk):
    with pytest.raises(OSError, match="No space left"), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
