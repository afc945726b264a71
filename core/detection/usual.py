"""What is usual among normals: the fixed scales on which a page shows latent units and errors per pixel."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from core.images.data import Float
from core.models.autoencoder import Autoencoder

# Of 1,000 normals, ten lie beyond each end of a latent unit's range, and one pixel in a thousand is further off than
# `error`: the ends of the scales are rare enough to be the brightest, and no single odd normal sets them.
LATENT = (0.01, 0.99)
ERROR = 0.999


@dataclass(frozen=True, kw_only=True)
class Usual:
    """How far normals reach.

    low, high: (d,) float32, the range of each latent unit, low < high.
    error: in (0, 1], the absolute error that one pixel in a thousand of theirs exceeds.
    """

    low: Float
    high: Float
    error: float

    @classmethod
    def of(cls, autoencoder: Autoencoder, normals: Float) -> Self:
        """Measured on normals (n, 784) in [0, 1], n ≥ 1."""
        answers = autoencoder.activations(normals)
        low, high = np.quantile(answers["latent"], LATENT, axis=0).astype(np.float32)
        error = float(np.quantile(np.abs(normals - answers["reconstruction"]), ERROR))
        # A unit that never answers has no range; it is dark at 0, and lit as soon as it does answer.
        return cls(low=low, high=np.maximum(high, low + np.float32(1e-3)), error=max(error, 1e-3))

    def lit(self, latent: Float) -> Float:
        """Latents (d,) as shares of each unit's range: (d,) float32 in [0, 1]."""
        return np.asarray(np.clip((latent - self.low) / (self.high - self.low), 0, 1), np.float32)
