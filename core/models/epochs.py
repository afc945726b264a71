"""Epochs: how many a training has, and what is told of each. No TensorFlow here."""

import math
from dataclasses import dataclass

from core.models.experiments import Recipe


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One finished epoch: its number from 1, of how many, and the mean losses over the two sets."""

    number: int
    of: int
    loss: float
    val_loss: float


def calls_and_steps(recipe: Recipe, images: int) -> tuple[int, int]:
    """How many calls an epoch over so many images (≥ 1) takes, and how many steps each of them makes."""
    steps = math.ceil(images / recipe.batch_size)
    calls = math.ceil(steps / recipe.steps_per_execution)
    return calls, math.ceil(steps / calls)


def epochs_of(recipe: Recipe, images: int) -> int:
    """How many epochs the recipe trains on so many images, of which one would be as few as none."""
    return max(recipe.epochs, math.ceil(recipe.least_steps / math.prod(calls_and_steps(recipe, max(1, images)))))
