"""A trained autoencoder that answers, through LiteRT. No TensorFlow here."""

from collections.abc import Mapping
from pathlib import Path
from threading import Lock

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from core.images.data import Float

BATCH = 1024
# How far rounding may take a pixel out of [0, 1].
ROUNDING = 1e-6


class Autoencoder:
    """Encoder and decoder of one bundle, for any number of threads.

    All methods take and return float32 arrays with one row an image, and raise ValueError for others: a network answers
    to pixels from 0 to 255, or normalised ones, too, and only the answer is wrong. A LiteRT interpreter is not
    thread-safe and Streamlit runs each rerun in a thread of its own, so calls take turns: an image takes about 0.02 ms.
    """

    def __init__(self, path: Path) -> None:
        self._interpreter = Interpreter(model_path=str(path))
        self._reconstruct = self._interpreter.get_signature_runner("reconstruct")
        self._decode = self._interpreter.get_signature_runner("decode")
        self._lock = Lock()
        self.pixels = int(self._reconstruct.get_input_details()["image"]["shape_signature"][1])
        self.bottleneck = int(self._decode.get_input_details()["latent"]["shape_signature"][1])

    def activations(self, x: Float) -> Mapping[str, Float]:
        """Every layer's answer to images x (n, 784) in [0, 1].

        `latent` (n, bottleneck), `reconstruction` (n, 784) in (0, 1) and, where the network has more layers,
        `hidden_0`, `hidden_1`, … from input to output, each (n, width).
        """
        low, high = x.min(initial=0), x.max(initial=0)
        if not (low >= -ROUNDING and high <= 1 + ROUNDING):  # the comparison refuses NaN, too
            raise ValueError(f"images must be in [0, 1], got {low:g} to {high:g}")
        return self._run(self._reconstruct, "image", x, self.pixels)

    def encode(self, x: Float) -> Float:
        """Latents (n, bottleneck) of images x (n, 784) in [0, 1]."""
        return self.activations(x)["latent"]

    def decode(self, latent: Float) -> Float:
        """Reconstructions (n, 784) in (0, 1) of latents (n, bottleneck)."""
        return self._run(self._decode, "latent", latent, self.bottleneck)["reconstruction"]

    def reconstruct(self, x: Float) -> Float:
        """Reconstructions (n, 784) in (0, 1) of images x (n, 784) in [0, 1]."""
        return self.activations(x)["reconstruction"]

    def _run(self, runner: object, argument: str, x: Float, width: int) -> Mapping[str, Float]:
        if x.ndim != 2 or x.shape[1] != width or x.dtype != np.float32:
            raise ValueError(f"{argument} must be float32 of shape (n, {width}), got {x.dtype} of shape {x.shape}")
        # An empty batch runs as one blank row that is cut off again, so that the answer has its widths.
        batches = [x[i : i + BATCH] for i in range(0, len(x), BATCH)] or [np.zeros((1, width), np.float32)]
        with self._lock:
            answers = [runner(**{argument: batch}) for batch in batches]  # type: ignore[operator]
        return {name: np.concatenate([a[name] for a in answers])[: len(x)] for name in answers[0]}
