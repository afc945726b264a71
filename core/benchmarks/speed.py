"""How much sooner the fast recipe reaches the article's validation loss than the article's own, on this machine.

Both train in turn, each in a fresh process with TensorFlow's own number of threads, on the same images with the same
seed. The validation images are the calibration set; no test image is looked at. The clock runs from building the
network to the end of the epoch in question, compilation and validation included, importing TensorFlow not.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from core.errors import KagamiError
from core.images.data import flatten, load_mnist
from core.models.experiments import Experiment, experiment

ROOT = Path(__file__).parent.parent.parent
SLOW, FAST = "article-all", "fast-all"


def train_and_time(name: str, seed: int) -> list[tuple[float, float]]:
    """Train in this process; seconds since the start and validation loss after each epoch."""
    from core.models.epochs import Epoch
    from core.models.training import train

    chosen: Experiment = experiment(name)
    mnist = load_mnist("train")
    split = chosen.split(mnist.y)
    x_train, x_calibrate = flatten(mnist.x[split.train]), flatten(mnist.x[split.calibrate])
    done: list[tuple[float, float]] = []
    started = time.perf_counter()

    def note(epoch: Epoch) -> None:
        done.append((time.perf_counter() - started, epoch.val_loss))

    # Plain `fit`, without what would make it repeatable and might make it slower.
    train(chosen, x_train, x_calibrate, seed=seed, deterministic=False, on_epoch=note)
    return done


def race(*, runs: int, on_training: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Train both recipes `runs` times in turn, and tell how long each took to the article's loss.

    Returns what the report holds: `rows`, one a run, with `ratio` None where the fast recipe did not get there; and
    `ratio`, their median, None where one is.
    """
    rows = []
    for seed in range(runs):
        timed = {}
        for name in (SLOW, FAST) if seed % 2 == 0 else (FAST, SLOW):
            timed[name] = _in_process(name, seed)
            on_training()
        rows.append(row(seed, timed[SLOW], timed[FAST]))
    ratios = [each["ratio"] for each in rows]
    return {
        "protocol": "speed",
        "rows": rows,
        "ratio": None if None in ratios else round(median(ratios), 2),
        "date": date.today().isoformat(),
        "processors": os.cpu_count(),
    }


def row(seed: int, slow: Sequence[tuple[float, float]], fast: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """One run of both: the loss that the slow one ends at, and when each got there."""
    target = slow[-1][1]
    reached = [(number, seconds) for number, (seconds, loss) in enumerate(fast, 1) if loss <= target]
    epochs, seconds = reached[0] if reached else (None, None)
    return {
        "seed": seed,
        "val_loss": target,
        "slow_epochs": len(slow),
        "slow_seconds": round(slow[-1][0], 2),
        "fast_epochs": epochs,
        "fast_seconds": None if seconds is None else round(seconds, 2),
        "fast_val_loss": fast[-1][1],
        "ratio": None if seconds is None else round(slow[-1][0] / seconds, 2),
    }


def summary(report: dict[str, Any]) -> str:
    """The report as a line a run, and the ratio."""
    lines = []
    for each in report["rows"]:
        lines.append(
            f"seed {each['seed']}: loss {each['val_loss']:.5f} after {each['slow_seconds']} s "
            f"({each['slow_epochs']} epochs) by {SLOW}, "
            + (
                f"after {each['fast_seconds']} s ({each['fast_epochs']} epochs) by {FAST}: {each['ratio']:.2f} times"
                if each["ratio"] is not None
                else f"not reached by {FAST}, which ends at {each['fast_val_loss']:.5f}"
            )
        )
    ratio = report["ratio"]
    return "\n".join([*lines, f"median ratio: {'–' if ratio is None else f'{ratio:.2f}'}"])


def _in_process(name: str, seed: int) -> list[tuple[float, float]]:
    code = "import json; from core.benchmarks.speed import train_and_time; "
    code += f"print(json.dumps(train_and_time({name!r}, {seed})))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise KagamiError("crashed", f"{name} could not be trained: {done.stderr.strip().splitlines()[-1]}", name=name)
    return [(float(seconds), float(loss)) for seconds, loss in json.loads(done.stdout.splitlines()[-1])]
