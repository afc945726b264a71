"""Anomaly scores: one row of SCORES each. Higher is always more anomalous.

A score takes what a detector has `Seen` of a batch of n images and returns (n,) float32.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.detection.seen import Seen
from core.images.data import Float, flatten

# Keras's own: a probability is kept this far from 0 and 1 before its logarithm is taken.
EPSILON = np.float32(1e-7)
# Of the nearest remembered images, how many count.
NEIGHBOURS = 5


def error_map(x: Float, reconstruction: Float) -> Float:
    """Absolute error per pixel, |x − x̂|: same shape as x, in [0, 1]."""
    return np.asarray(np.abs(x - reconstruction), np.float32)


def mae(seen: Seen) -> Float:
    """Mean absolute error, mean |x − x̂| over the pixels, in [0, 1]. The article's score."""
    return np.asarray(error_map(seen.x, seen.reconstruction).mean(axis=1), np.float32)


def mse(seen: Seen) -> Float:
    """Mean squared error, mean (x − x̂)² over the pixels, in [0, 1]."""
    return np.asarray(np.square(seen.x - seen.reconstruction).mean(axis=1), np.float32)


def bce(seen: Seen) -> Float:
    """Binary cross-entropy, −mean(x log x̂ + (1−x) log(1−x̂)) over the pixels, in nats, ≥ 0.

    The article's training loss. A grey pixel costs something even when it is returned exactly, so it is
    never 0 on real images.
    """
    p = np.clip(seen.reconstruction, EPSILON, 1 - EPSILON)
    return np.asarray(-(seen.x * np.log(p) + (1 - seen.x) * np.log1p(-p)).mean(axis=1), np.float32)


def sap(seen: Seen) -> Float:
    """Simple aggregation along the pathway: Σ ‖h(x) − h(x̂)‖² over the input and the encoder's layers, ≥ 0.

    Kim et al., RaPP: Novelty Detection with Reconstruction along Projection Pathway, ICLR 2020, section 3.
    """
    return np.asarray(np.square(seen.pathway).sum(axis=1) + np.square(seen.x - seen.reconstruction).sum(axis=1))


def nap(seen: Seen) -> Float:
    """Normalised aggregation along the pathway: ‖Σ⁻¹ Vᵀ (d − μ)‖², ≥ 0, with d = h(x) − h(x̂) over the encoder.

    μ, V and Σ whiten d over the training set. Kim et al. (see `sap`), section 3; here d leaves out the input and
    layers wider than 128 units, whose covariance would make the bundle several times as large.
    """
    assert seen.knowledge.whitening is not None
    return np.asarray(np.square(seen.knowledge.whitening.apply(seen.narrow_pathway)).sum(axis=1))


def latent(seen: Seen) -> Float:
    """Mean distance to the 5 nearest remembered latents, ≥ 0."""
    return np.array([recalled.distances[:NEIGHBOURS].mean() for recalled in seen.recalled], np.float32)


def hidden(seen: Seen) -> Float:
    """Mean distance, in the encoder's last layer before the bottleneck, to the 5 nearest of the candidates, ≥ 0.

    The candidates are the remembered images with the nearest latents (`core.detection.memory`).
    """
    assert seen.knowledge.memory is not None
    layer = f"hidden_{seen.depth - 1}" if seen.depth else "latent"
    mine = seen.answers[layer]
    scores = np.empty(len(seen.x), np.float32)
    for i, recalled in enumerate(seen.recalled):
        theirs = seen.autoencoder.activations(flatten(seen.knowledge.memory.images[recalled.near]))[layer]
        scores[i] = np.sort(np.linalg.norm(theirs - mine[i], axis=1))[:NEIGHBOURS].mean()
    return scores


def unlike(seen: Seen) -> Float:
    """How badly the 10 best matches in memory fit, relative to how well those fit their own neighbours, ≥ 0.

    A local outlier factor (Breunig et al., LOF, SIGMOD 2000) over the image distortion model.
    """
    return np.array([recalled.unlike for recalled in seen.recalled], np.float32)


def lacking(seen: Seen) -> Float:
    """Ink that the 3 closest remembered images have and this one lacks, for each unit of its own ink, ≥ 0."""
    return np.array([recalled.lacking for recalled in seen.recalled], np.float32)


def kagami(seen: Seen) -> Float:
    """Σ (log t − mean) / std over the terms t in FUSED, mean and std taken on the calibration set.

    About 0 for a usual normal; each term is 1 where it lies one standard deviation above the normals.
    """
    assert seen.knowledge.fusion is not None
    return np.asarray(seen.knowledge.fusion.apply(logarithms(seen)).sum(axis=1), np.float32)


# What `kagami` adds up.
FUSED = (unlike, lacking)


def logarithms(seen: Seen) -> Float:
    """log t (n, terms) of the terms in FUSED."""
    return np.asarray(np.log(np.stack([term(seen) for term in FUSED], axis=1) + EPSILON), np.float32)


@dataclass(frozen=True, kw_only=True)
class Score:
    """A row of the table.

    needs: what a detector must have learnt for it, a name in `Knowledge`, or None.
    of_reconstruction: whether an image and its reconstruction are all that it takes, so that a browser can compute it.
    """

    name: str
    compute: Callable[[Seen], Float]
    needs: str | None = None
    of_reconstruction: bool = False


SCORES: Mapping[str, Score] = MappingProxyType(
    {
        score.name: score
        for score in (
            Score(name="mae", compute=mae, of_reconstruction=True),
            Score(name="mse", compute=mse, of_reconstruction=True),
            Score(name="bce", compute=bce, of_reconstruction=True),
            Score(name="sap", compute=sap),
            Score(name="nap", compute=nap, needs="whitening"),
            Score(name="latent", compute=latent, needs="memory"),
            Score(name="hidden", compute=hidden, needs="memory"),
            Score(name="unlike", compute=unlike, needs="memory"),
            Score(name="lacking", compute=lacking, needs="memory"),
            Score(name="kagami", compute=kagami, needs="fusion"),
        )
    }
)

# Those that are errors of the reconstruction; `core/ui/shared/network.js` computes them, too.
RECONSTRUCTION_ERRORS = tuple(score.name for score in SCORES.values() if score.of_reconstruction)
