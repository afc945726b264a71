"""What would change a detector's mind: the smallest change of the ink that turns *anomalous* into *normal*.

The closest remembered normals and the reconstruction say what the detector expected. Ink that lies more than a pixel
beside all of such a template's is surplus, ink of the template's that lies more than a pixel beside the image's is
missing. Of their connected regions, the ones that carry most of the score are erased or added first. Nothing is guessed
from maps: each changed image is judged again, and only one that is then normal is an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from core.detection.detector import Detector
from core.detection.judgement import Judgement
from core.detection.memory import gradients, match
from core.images.data import Float, flatten
from core.images.raster import connected, grown, highest_within

# Of the image's ink, what may be erased and added together; more would be another character.
MOST = 0.2
# Remembered images that are held against the image, beside its reconstruction.
TEMPLATES = 3
# Regions of each template that are tried, the ones that carry most.
REGIONS = 3
# Ink that differs by less is a stroke's soft edge.
PLAIN = 0.3


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of one image's ink after which the detector calls it normal.

    image: (28, 28) float32 in [0, 1], the changed image: the given one − erased + added.
    erased, added: (28, 28) float32 in [0, 1], the ink that went and that came.
    score: the detector's for exactly `image`, not above its threshold; higher is more anomalous.
    share: erased and added ink for each unit of the given image's own, in (0, MOST].
    """

    image: Float
    erased: Float
    added: Float
    score: float
    share: float


def change_of_mind(detector: Detector, judged: Judgement) -> Change | None:
    """The smallest change found that turns an anomalous judgement of this detector; None where nothing small does.

    First each template's regions are changed together: the one that carries most of the score, the first two and so
    on. Then of the smallest change that turned the verdict, each region is left out that is not needed. It is not asked
    what would turn a normal image anomalous: any scribble over it would.

    Raises ValueError where the judgement is not anomalous.
    """
    if not judged.anomalous:
        raise ValueError(f"only an anomalous verdict can be turned, got a score of {judged.score:g}")
    regions = _regions(judged.image, _templates(detector, judged))
    turned = _turning(detector, judged.image, [each[: n + 1] for each in regions for n in range(len(each))])
    if not turned:
        return None
    best, used = turned[0]
    fewer = [list(some) for n in range(1, len(used)) for some in combinations(used, n)]
    return min([best, *(change for change, _ in _turning(detector, judged.image, fewer))], key=lambda c: c.share)


def _templates(detector: Detector, judged: Judgement) -> Float:
    """(k, 28, 28) float32 in [0, 1]: what the detector would have expected in place of the image."""
    returned = judged.reconstruction[np.newaxis]
    memory = detector.knowledge.memory
    if memory is None:
        return returned
    closest = memory.images[judged.closest[:TEMPLATES]] / np.float32(255)
    return np.asarray(np.concatenate([closest, returned]), np.float32)


def _regions(image: Float, templates: Float) -> list[list[Float]]:
    """For each of the templates (k, 28, 28) what to add to the image, below 0 where ink goes, by connected regions.

    The region in which the two match worst after small shifts comes first: it carries most of the score.
    """
    maps = match(gradients(image[np.newaxis])[0], gradients(templates))
    return [_ranked(image, template, worse) for template, *worse in zip(templates, *maps, strict=True)]


def _ranked(image: Float, template: Float, maps: Sequence[Float]) -> list[Float]:
    # A stroke that only lies beside the template's, by up to a pixel, is left as it is.
    surplus, lacking = image - highest_within(template, 1), template - highest_within(image, 1)
    found = []
    for beyond, difference, worse in (
        (surplus, -np.maximum(surplus, 0), maps[0]),
        # Up to the image's own ink, so that no gap is left.
        (lacking, np.maximum(template - image, 0), maps[1]),
    ):
        parts, count = connected(beyond > PLAIN)
        for part in range(1, count + 1):
            region = grown(parts == part)  # with its soft edge
            found.append((float(worse[region].sum()), np.where(region, difference, 0)))
    found.sort(key=lambda each: -each[0])
    return [region for _, region in found[:REGIONS]]


def _turning(detector: Detector, image: Float, tries: list[list[Float]]) -> list[tuple[Change, list[Float]]]:
    """Those of the changes, each of several regions, that are small and turn the verdict, the smallest first."""
    ink = max(float(image.sum()), 1e-6)
    small = []
    for regions in tries:
        difference = np.clip(image + np.sum(regions, axis=0), 0, 1) - image
        share = float(np.abs(difference).sum()) / ink
        if 0 < share <= MOST:
            small.append((difference, share, regions))
    if not small:
        return []
    changed = np.stack([image + difference for difference, _, _ in small])
    scores = detector.decision_function(flatten(changed))
    turned = [
        (
            Change(
                image=after,
                erased=np.maximum(-difference, 0),
                added=np.maximum(difference, 0),
                score=float(score),
                share=share,
            ),
            regions,
        )
        for (difference, share, regions), after, score in zip(small, changed, scores, strict=True)
        if score <= detector.threshold_
    ]
    return sorted(turned, key=lambda each: each[0].share)
