"""Estimates of how long a training takes, from pretended runs and a machine of a known speed."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.models.epochs import epochs_of
from core.models.experiments import RECIPES, Experiment
from core.runs.estimate import (
    AROUND,
    AROUND_MEMORY,
    COMPILED_STEP,
    DAMAGE,
    STEP,
    epoch_seconds,
    estimate,
    images_for,
    images_of,
    measure_arithmetic,
)
from core.runs.plan import Control, Plan
from core.runs.run import Run

ARTICLE, FAST, KAGAMI, DENOISE = (RECIPES[name] for name in ("article", "fast", "kagami", "denoise"))
# Multiply-adds a second: of a machine so fast that only Keras's share of each step counts, and of a slow one.
ENDLESS, SLOW = 1e30, 1e9


def ran(recipe=ARTICLE, seconds=(9.0, 2.0), *, normals=tuple(range(10)), overhead=7.0, state="finished"):
    """A run of so many epochs that took so long."""
    return Run(
        id="20260131-120000-000000-aaaa",
        path=Path("nowhere"),
        plan=Plan(experiment=Experiment(recipe=recipe, normals=normals), bundle="my-run"),
        state=state,
        control=Control(),
        seconds=seconds,
        overhead=overhead,
    )


@pytest.mark.parametrize(
    ("recipe", "images", "epochs"),
    [
        (ARTICLE, 48_000, 50),
        (KAGAMI, 54_000, 15),  # 211 steps an epoch: 15 epochs are more than 1,500 steps
        (KAGAMI, 5400, 69),  # 22 steps an epoch
        (KAGAMI, 0, 1500),
    ],
)
def test_few_images_are_seen_in_more_epochs_until_there_were_enough_steps(recipe, images, epochs):
    assert epochs_of(recipe, images) == epochs


def test_a_recipe_learns_from_its_share_of_the_normals_and_from_no_more_than_it_wants():
    assert images_for(ARTICLE, 10) == 48_000
    assert images_for(KAGAMI, 1) == 5400
    assert images_for(replace(KAGAMI, most_images=600), 1) == 600
    assert images_for(replace(KAGAMI, most_images=6000), 1) == 5400
    assert images_of(ran(normals=(1, 7))) == 9600


def test_an_epoch_costs_its_steps_its_arithmetic_and_what_is_done_to_its_images():
    assert epoch_seconds(ARTICLE, 257, ENDLESS) == pytest.approx(2 * STEP)
    assert epoch_seconds(FAST, 257, ENDLESS) == pytest.approx(3 * COMPILED_STEP)
    for spoils in (KAGAMI, DENOISE):
        assert epoch_seconds(spoils, 256, ENDLESS) == pytest.approx(STEP + 256 * DAMAGE)
    # 201,616 weights, forwards, backwards and for their gradient
    assert epoch_seconds(ARTICLE, 256, SLOW) == pytest.approx(STEP + 3 * 201_616 * 256 / 1e9)


def test_where_nothing_has_run_the_arithmetic_tells():
    found = estimate(ARTICLE, 256, [], multiply_adds=ENDLESS)
    assert found.seconds == pytest.approx(AROUND + 50 * STEP)
    assert not found.by_runs
    remembers = estimate(replace(KAGAMI, least_steps=0), 256, [], multiply_adds=ENDLESS)
    assert remembers.seconds == pytest.approx(AROUND_MEMORY + 15 * (STEP + 256 * DAMAGE))


def test_earlier_runs_tell_by_their_epochs_after_the_first_and_by_what_stood_around_them():
    found = estimate(ARTICLE, 48_000, [ran()], multiply_adds=SLOW)
    assert found.seconds == pytest.approx(7 + 50 * 2)
    assert found.by_runs
    # Half of the images cost half of an epoch.
    assert estimate(ARTICLE, 24_000, [ran()], multiply_adds=SLOW).seconds == pytest.approx(7 + 50 * 1, rel=0.01)


def test_a_run_that_did_not_finish_tells_its_epochs_and_not_what_stands_around():
    cancelled = ran(state="cancelled", overhead=1.0)
    assert estimate(ARTICLE, 48_000, [cancelled], multiply_adds=SLOW).seconds == pytest.approx(AROUND + 50 * 2)
    both = estimate(ARTICLE, 48_000, [ran(), cancelled], multiply_adds=SLOW)
    assert both.seconds == pytest.approx(7 + 50 * 2)


@pytest.mark.parametrize(
    "other",
    [
        ran(seconds=(9.0,)),  # its only epoch compiled
        ran(replace(ARTICLE, jit_compile=True)),
        ran(replace(ARTICLE, restore=True)),
        ran(replace(ARTICLE, denoise=True)),
        ran(replace(ARTICLE, remembers=True)),
    ],
)
def test_runs_that_work_otherwise_tell_nothing(other):
    assert not estimate(ARTICLE, 48_000, [other], multiply_adds=SLOW).by_runs


def test_the_last_five_runs_tell_and_one_that_was_disturbed_does_not():
    before, disturbed = [ran(seconds=(9.0, 100.0))] * 5, ran(seconds=(9.0, 60.0))
    found = estimate(ARTICLE, 48_000, [*before, *[ran()] * 4, disturbed], multiply_adds=SLOW)
    assert found.seconds == pytest.approx(7 + 50 * 2)


def test_the_arithmetic_of_this_machine_is_measured_even_in_no_time():
    assert measure_arithmetic(0) > 1e6
