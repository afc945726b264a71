"""What a detector knows from its normals, and what it sees of a batch of images."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from core.detection.memory import Memory, Recalled
from core.images.data import Float, UInt8
from core.models.autoencoder import Autoencoder

Arrays = Mapping[str, npt.NDArray[Any]]
# Wider layers than this are left out of what is whitened.
WIDEST = 128


@dataclass(frozen=True, kw_only=True)
class Affine:
    """x ↦ (x − mean) @ matrix: (n, d) → (n, r). For a diagonal, `matrix` is (d,) and multiplies."""

    mean: Float
    matrix: Float

    def apply(self, x: Float) -> Float:
        centred = x - self.mean
        return np.asarray(centred @ self.matrix if self.matrix.ndim == 2 else centred * self.matrix, np.float32)

    @classmethod
    def standardising(cls, x: Float) -> Self:
        """Each column of x (n, d) to mean 0 and standard deviation 1."""
        return cls(mean=x.mean(axis=0), matrix=1 / np.maximum(x.std(axis=0), np.float32(1e-6)))

    @classmethod
    def whitening(cls, x: Float) -> Self:
        """x (n, d) to uncorrelated columns of variance 1, by its singular values; directions of no variance dropped."""
        mean = x.mean(axis=0)
        _, singular, vt = np.linalg.svd(x - mean, full_matrices=False)
        varies = singular > singular[0] * 1e-5
        scale = np.sqrt(len(x)) / singular[varies]
        return cls(mean=mean, matrix=np.asarray(vt[varies].T * scale, np.float32))


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """What scores need beyond the autoencoder; None for what was not learnt."""

    memory: Memory | None = None
    whitening: Affine | None = None
    fusion: Affine | None = None

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that a bundle keeps."""
        arrays: dict[str, npt.NDArray[Any]] = {} if self.memory is None else {**self.memory.to_arrays()}
        for name, affine in (("whitening", self.whitening), ("fusion", self.fusion)):
            if affine is not None:
                arrays |= {f"{name}_mean": affine.mean, f"{name}_matrix": affine.matrix}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays, images: UInt8 | None) -> Self:
        """What `to_arrays` came from; `images` is MNIST's training part, needed where there is a memory."""

        def affine(name: str) -> Affine | None:
            if f"{name}_mean" not in arrays:
                return None
            return Affine(mean=arrays[f"{name}_mean"], matrix=arrays[f"{name}_matrix"])

        memory = None
        if remembers(arrays):
            if images is None:
                raise ValueError("a memory needs the images that it remembers")
            memory = Memory.from_arrays(arrays, images)
        return cls(memory=memory, whitening=affine("whitening"), fusion=affine("fusion"))


def remembers(arrays: Arrays) -> bool:
    """Whether there is a memory among a bundle's arrays."""
    return "memory_indices" in arrays


class Seen:
    """A batch of images before an autoencoder; each look is taken once and only when a score asks for it.

    x: (n, 784) float32 in [0, 1].
    """

    def __init__(self, x: Float, autoencoder: Autoencoder, knowledge: Knowledge) -> None:
        self.x = x
        self.autoencoder = autoencoder
        self.knowledge = knowledge

    @cached_property
    def answers(self) -> Mapping[str, Float]:
        """Every layer's answer to x."""
        return self.autoencoder.activations(self.x)

    @property
    def reconstruction(self) -> Float:
        """(n, 784) in (0, 1)."""
        return self.answers["reconstruction"]

    @property
    def depth(self) -> int:
        """How many layers the encoder has before its bottleneck; the decoder mirrors them."""
        return sum(name.startswith("hidden_") for name in self.answers) // 2

    @cached_property
    def _again(self) -> Mapping[str, Float]:
        return self.autoencoder.activations(self.reconstruction)

    @property
    def _encoder(self) -> list[str]:
        return [*(f"hidden_{i}" for i in range(self.depth)), "latent"]

    @property
    def narrow(self) -> list[str]:
        """The encoder's layers of up to WIDEST units."""
        return [name for name in self._encoder if self.answers[name].shape[1] <= WIDEST]

    def _differences(self, layers: list[str]) -> Float:
        return np.concatenate([self.answers[name] - self._again[name] for name in layers], axis=1)

    @property
    def pathway(self) -> Float:
        """h(x) − h(x̂) over all of the encoder's layers, side by side: (n, sum of widths)."""
        return self._differences(self._encoder)

    @property
    def narrow_pathway(self) -> Float:
        """The same over the layers of up to 128 units."""
        return self._differences(self.narrow)

    @cached_property
    def recalled(self) -> list[Recalled]:
        """What the memory answers to each image. Raises ValueError where there is none."""
        if self.knowledge.memory is None:
            raise ValueError("this detector remembers no images")
        return self.knowledge.memory.recall(self.x, self.answers["latent"])
