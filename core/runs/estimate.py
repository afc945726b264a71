"""How long a run will take on this machine: by earlier runs, else by a short test of its arithmetic."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.images.data import PIXELS
from core.models.epochs import epochs_of
from core.models.experiments import Recipe, parameters
from core.runs.run import Run

# Where no run shows it yet, in seconds: Keras's own share of each step, plain and compiled, and what stands before and
# after the epochs (TensorFlow's start, compilation, scores of the test images, and a memory that is built).
STEP, COMPILED_STEP = 0.005, 0.0005
AROUND, AROUND_MEMORY = 10.0, 90.0
# A recipe that damages its images does so on the processor: seconds for each image, and epoch.
DAMAGE = 0.0001
# How many of the last runs count.
RECENT = 5


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Seconds for the whole run. by_runs: whether earlier runs say so, or only a test of the arithmetic."""

    seconds: float
    by_runs: bool


def estimate(recipe: Recipe, images: int, runs: Sequence[Run], *, multiply_adds: float) -> Estimate:
    """How long a run will train `recipe` on so many images.

    runs: earlier ones; those of recipes that work alike are scaled by what this one's epochs cost more.
    multiply_adds: what `measure_arithmetic` found.
    """
    cost = epoch_seconds(recipe, images, multiply_adds)
    alike = [
        run
        for run in runs
        if len(run.seconds) > 1
        and run.plan.experiment.recipe.jit_compile == recipe.jit_compile
        and run.plan.experiment.recipe.restore == recipe.restore
        and run.plan.experiment.recipe.denoise == recipe.denoise
        and run.plan.experiment.recipe.remembers == recipe.remembers
    ][-RECENT:]
    epochs = epochs_of(recipe, images)
    around = AROUND_MEMORY if recipe.remembers else AROUND
    if not alike:
        return Estimate(seconds=around + cost * epochs, by_runs=False)
    # The first epoch of a run compiles; the others count.
    ratios = [float(np.median(run.seconds[1:])) / epoch_seconds(*_of(run), multiply_adds) for run in alike]
    ended = [run.overhead for run in alike if run.state == "finished"]
    return Estimate(
        seconds=(float(np.median(ended)) if ended else around) + cost * float(np.median(ratios)) * epochs, by_runs=True
    )


def images_of(run: Run) -> int:
    """About how many images the run learns from: MNIST's digits are about as many each."""
    experiment = run.plan.experiment
    return images_for(experiment.recipe, len(experiment.normals))


def images_for(recipe: Recipe, digits: int) -> int:
    """About how many images a recipe learns from, of so many normal digits."""
    return min(round(6000 * digits * (1 - recipe.calibrate_fraction)), recipe.most_images or 60_000)


def epoch_seconds(recipe: Recipe, images: int, multiply_adds: float) -> float:
    """What one epoch costs: three multiply-adds for each weight and image (there, back, and the weights' own
    gradient), Keras's share of each step, and the damage done to images."""
    steps = math.ceil(images / recipe.batch_size)
    arithmetic = 3 * parameters(recipe) * images / multiply_adds
    return (
        arithmetic
        + steps * (COMPILED_STEP if recipe.jit_compile else STEP)
        + images * DAMAGE * (recipe.restore or recipe.denoise)
    )


def measure_arithmetic(seconds: float = 0.1) -> float:
    """Multiply-adds a second of the article's largest layer: the fastest in so many seconds.

    A machine that is busy at this very moment, as while a page opens, is no slow one.
    """
    a, b = np.ones((256, PIXELS), np.float32), np.ones((PIXELS, 128), np.float32)
    fastest = math.inf
    began = now = time.perf_counter()
    while now - began < seconds or fastest == math.inf:
        a @ b
        before, now = now, time.perf_counter()
        fastest = min(fastest, now - before)
    return a.size * b.shape[1] / fastest


def _of(run: Run) -> tuple[Recipe, int]:
    return run.plan.experiment.recipe, images_of(run)
