"""What would change its mind: the smallest repair of an image that turns *anomalous* into *normal*, checked.

Where the detector remembers digits, the image is held against its two best matches: ink that it has and a match lacks
may be erased, ink that a match has and it lacks may be added. Otherwise the reconstruction plays the match's part.
What is proposed are whole regions, those first that carry most of the difference; each proposal is judged as any image
is, and what is not needed is taken back. (Wachter, Mittelstadt & Russell, Counterfactual Explanations without Opening
the Black Box, Harvard JOLT 31(2), 2018.) The other way round, from normal to anomalous, is easy and explains nothing:
any blot does it.
"""

from dataclasses import dataclass

import numpy as np

from core.detection.detector import Detector
from core.detection.scores import RECONSTRUCTION_ERRORS
from core.detection.seen import Seen
from core.images.data import Bool, Float
from core.images.raster import connected, grown, highest_within

LARGEST = 0.25
"""Of the image's ink: what is changed beyond that is another drawing, not a repair."""

MATCHES = 2  # of the best, how many are tried
REGIONS = 4  # of a match, the most that are tried together
LEVEL = 0.3  # of a map's highest value: less belongs to no region
FEWEST = 2  # pixels of a region


@dataclass(frozen=True, kw_only=True)
class Change:
    """A repair that turns the verdict.

    image: (28, 28) float32 in [0, 1], the repaired image. difference: (28, 28) float32 in [-1, 1], what was done to it:
    above 0 ink was added, below 0 it was erased. score: of the repaired image, at most the threshold.
    share: |difference| as a share of the image's ink, in (0, LARGEST].
    """

    image: Float
    difference: Float
    score: float
    share: float


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One region's difference (28, 28), and how much of the map it carries."""

    difference: Float
    weight: float


def what_would_change(detector: Detector, image: Float | Seen) -> Change | None:
    """The smallest repair found of an image (28, 28) in [0, 1], or of the one image seen.

    None where the image is normal already, or where no change of up to LARGEST of its ink turns the verdict.
    """
    seen = image if isinstance(image, Seen) else detector.see(np.asarray(image, np.float32).reshape(1, 784))
    x = seen.x[0].reshape(28, 28)
    if not float(detector.decision_function(seen)[0]) > detector.threshold_:
        return None
    proposals = [proposal for parts in _parts(detector, seen, x) for proposal in _sums(parts, x)]
    if not proposals:
        return None
    scores = _scores(detector, [_applied(x, proposal) for proposal in proposals])
    turned = np.flatnonzero(scores <= detector.threshold_).tolist()
    if not turned:
        return None
    smallest = min(turned, key=lambda i: _share(_applied(x, proposals[i]) - x, x))
    return _change(detector, x, _pruned(detector, x, proposals[smallest]))


def _parts(detector: Detector, seen: Seen, x: Float) -> list[list[_Part]]:
    """The regions of each match, those that carry most first."""
    memory = detector.knowledge.memory
    if memory is None or detector.score in RECONSTRUCTION_ERRORS:
        other = seen.reconstruction[0].reshape(28, 28)
        return [_regions(x, other, other, x - other, other - x)]
    best = seen.recalled[0].best[:MATCHES]
    others = np.divide(memory.images[best], np.float32(255), dtype=np.float32)
    invented, missing = memory.compare(x, best)
    # A match may differ by a pixel without being unlike: only ink that has none near it in the match is too much.
    return [
        _regions(x, other, highest_within(other, 1), *maps)
        for other, *maps in zip(others, invented, missing, strict=True)
    ]


def _regions(x: Float, other: Float, near: Float, invented: Float, missing: Float) -> list[_Part]:
    level = LEVEL * max(float(invented.max()), float(missing.max()))
    found = []
    for map_, towards in ((invented, np.minimum(x, near)), (missing, np.maximum(x, other))):
        numbers, count = connected(map_ > level)
        for number in range(1, count + 1):
            region: Bool = numbers == number
            if region.sum() >= FEWEST:
                difference = np.where(grown(region), towards - x, np.float32(0))
                found.append(_Part(difference=difference, weight=float(map_[region].sum())))
    return sorted(found, key=lambda part: -part.weight)[:REGIONS]


def _sums(parts: list[_Part], x: Float) -> list[list[Float]]:
    """The first part, the first two, … as far as the change stays small; and each other part on its own."""
    alone = [[part.difference] for part in parts[1:]]
    together = [[part.difference for part in parts[: i + 1]] for i in range(len(parts))]
    return [each for each in (*together, *alone) if 0 < _share(_applied(x, each) - x, x) <= LARGEST]


def _pruned(detector: Detector, x: Float, differences: list[Float]) -> list[Float]:
    """Without the parts that are not needed, the last and least tried first."""
    kept = list(differences)
    for i in range(len(differences) - 1, -1, -1):
        fewer = kept[:i] + kept[i + 1 :]
        if fewer and _scores(detector, [_applied(x, fewer)])[0] <= detector.threshold_:
            kept = fewer
    return kept


def _applied(x: Float, differences: list[Float]) -> Float:
    return np.asarray(np.clip(x + sum(differences), 0, 1), np.float32)


def _share(difference: Float, x: Float) -> float:
    return float(np.abs(difference).sum() / max(x.sum(), 1.0))


def _scores(detector: Detector, images: list[Float]) -> Float:
    return detector.decision_function(np.stack(images).reshape(-1, 784))


def _change(detector: Detector, x: Float, differences: list[Float]) -> Change:
    image = _applied(x, differences)
    score = float(_scores(detector, [image])[0])
    return Change(image=image, difference=image - x, score=score, share=_share(image - x, x))
