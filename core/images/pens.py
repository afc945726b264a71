"""A scanned digit as a hand would have drawn it on the canvas: its middle line, drawn with a pen, prepared again.

Scans have strokes that swell and fray; a pen on a canvas has one width. A threshold for drawings is set on such copies.
Imports scikit-image, which only the making of a bundle needs.
"""

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt
from skimage.morphology import skeletonize

from core.images.data import Float, UInt8
from core.images.handwriting import prepare

# The canvas on which it is drawn, in pixels, and the narrowest and widest pen: 3 % to 16 % of a digit's height.
CANVAS = 336
PENS = (8.0, 40.0)
# What counts as ink, of 255.
INK = 115


def redrawn(image: UInt8, rng: np.random.Generator) -> Float:
    """The image (28, 28) uint8 redrawn with a random pen and prepared: (28, 28) float32 in [0, 1]."""
    large = np.asarray(Image.fromarray(image).resize((CANVAS, CANVAS), Image.Resampling.BICUBIC))
    to_line = distance_transform_edt(~skeletonize(large > INK))
    ink = np.clip(rng.uniform(*PENS) / 2 - to_line + 0.5, 0, 1)  # anti-aliased over one pixel
    return prepare(ink.astype(np.float32)).image
