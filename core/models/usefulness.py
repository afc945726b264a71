"""Whether a training came to anything: a network must beat the best image that is the same for every input.

This is asked of the network itself, when a bundle is looked at, and not told by its card: so bundles that were trained
before there was this question, or came from elsewhere, are asked, too. Two hundred images take a few milliseconds.
"""

import numpy as np

from core.errors import KagamiError
from core.images.data import Labelled, flatten, is_normal
from core.models.bundle import Bundle

# Of how many normals it is asked.
SAMPLE = 200
# The best constant image is the mean of the images: no other has a smaller squared error, and it is the error of a
# network that knows nothing. One that comes to less than this share of it has learnt something.
BETTER = 0.95
# What comes back must vary by this share of what goes in, as standard deviations; what varies less looks the same.
VARIES = 0.02
# No loss that can be chosen is above this in a network that has not learnt yet: the cross-entropy of grey is ln 2.
ASTRAY = 1.0


def useless(bundle: Bundle, test: Labelled) -> KagamiError | None:
    """What to tell of a bundle whose network is no better than the mean image; None where it is.

    test: MNIST's test part, of which the bundle's normals are taken. The codes are `useless_astray` (its loss went up
    beyond all measure), `useless_same` (one image comes back for every input) and `useless_no_better`.
    """
    normals = np.flatnonzero(is_normal(test.y, bundle.experiment.normals))
    x = flatten(test.x[normals[np.linspace(0, len(normals) - 1, SAMPLE, dtype=np.intp)]])
    returned = bundle.autoencoder.reconstruct(x)
    error, constant = float(np.square(x - returned).mean()), float(x.var(axis=0).mean())
    if error < BETTER * constant:  # also false where it is not a number
        return None
    loss = bundle.card.history["val_loss"][-1]
    figures = {"error": f"{error:.4f}", "constant": f"{constant:.4f}"}
    compared = f"its mean squared error is {figures['error']}, that of the mean image {figures['constant']}"
    if loss > ASTRAY:
        return KagamiError(
            "useless_astray",
            f"Training went astray: the validation loss is {loss:g} at its end. A lower learning rate usually helps.",
            loss=f"{loss:g}",
        )
    if float(returned.var(axis=0).mean()) < VARIES**2 * constant:
        return KagamiError(
            "useless_same",
            f"The network returns the same image for every input: {compared}. A lower learning rate or another "
            "activation usually helps.",
            **figures,
        )
    return KagamiError(
        "useless_no_better",
        f"The network has learnt nothing yet: {compared}. More epochs or a higher learning rate usually help.",
        **figures,
    )
