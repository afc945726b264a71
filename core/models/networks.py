"""Keras networks, built from a recipe. Imports TensorFlow: no page may import this module."""

import keras

from core.images.data import PIXELS
from core.models.experiments import Recipe


def build(recipe: Recipe) -> tuple[keras.Model, keras.Model]:
    """The autoencoder and its decoder, sharing layers; not compiled.

    The autoencoder takes images (n, 784) in [0, 1] and returns a dict: `latent` (n, bottleneck),
    `reconstruction` (n, 784) in (0, 1), and `hidden_0`, `hidden_1`, … for the layers in between, in order
    from input to output. The decoder takes latents and returns the `reconstruction`.
    """
    *wide, bottleneck = recipe.encoder

    def block(width: int, name: str) -> list[keras.layers.Layer]:
        if not recipe.batch_norm:
            return [keras.layers.Dense(width, activation=recipe.activation, name=name)]
        return [
            keras.layers.Dense(width, use_bias=False, name=f"{name}_dense"),  # the next layer's shift is the bias
            keras.layers.BatchNormalization(name=f"{name}_norm"),
            keras.layers.Activation(recipe.activation, name=name),
        ]

    encoder = [block(width, f"hidden_{i}") for i, width in enumerate(wide)]
    latent_layer = keras.layers.Dense(bottleneck, activation=recipe.latent_activation, name="latent")
    decoder = [block(width, f"hidden_{len(wide) + i}") for i, width in enumerate(reversed(wide))]
    decoder.append([keras.layers.Dense(PIXELS, activation="sigmoid", name="reconstruction")])

    image = keras.Input((PIXELS,), name="image")
    outputs = {}
    x = image  # (n, 784)
    for layers in [*encoder, [latent_layer], *decoder]:
        for layer in layers:
            x = layer(x)  # (n, width)
        outputs[layers[-1].name] = x
    autoencoder = keras.Model(image, outputs, name="autoencoder")

    latent = keras.Input((bottleneck,), name="latent")
    x = latent
    for layers in decoder:
        for layer in layers:
            x = layer(x)
    decoding = keras.Model(latent, {"reconstruction": x}, name="decoder")

    return autoencoder, decoding
