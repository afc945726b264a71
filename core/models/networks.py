"""Keras networks, built from a recipe. Imports TensorFlow: no page may import this module."""

import keras

from core.models.experiments import Recipe

PIXELS = 28 * 28


def build(recipe: Recipe) -> tuple[keras.Model, keras.Model]:
    """The autoencoder and its decoder, sharing layers, compiled for training.

    The autoencoder takes images (n, 784) in [0, 1] and returns a dict: `latent` (n, bottleneck),
    `reconstruction` (n, 784) in (0, 1), and `hidden_0`, `hidden_1`, … for the layers in between, in order
    from input to output. The decoder takes latents and returns the `reconstruction`.
    """
    *wide, bottleneck = recipe.encoder

    def dense(width: int, name: str) -> keras.layers.Layer:
        return keras.layers.Dense(width, activation=recipe.activation, name=name)

    encoder_layers = [dense(width, f"hidden_{i}") for i, width in enumerate(wide)]
    latent_layer = dense(bottleneck, "latent")
    decoder_layers = [dense(width, f"hidden_{len(wide) + i}") for i, width in enumerate(reversed(wide))]
    output_layer = keras.layers.Dense(PIXELS, activation="sigmoid", name="reconstruction")

    image = keras.Input((PIXELS,), name="image")
    outputs = {}
    x = image  # (n, 784)
    for layer in encoder_layers:
        x = outputs[layer.name] = layer(x)  # (n, width)
    x = outputs["latent"] = latent_layer(x)  # (n, bottleneck)
    for layer in decoder_layers:
        x = outputs[layer.name] = layer(x)  # (n, width)
    outputs["reconstruction"] = output_layer(x)  # (n, 784)
    autoencoder = keras.Model(image, outputs, name="autoencoder")

    latent = keras.Input((bottleneck,), name="latent")
    x = latent
    for layer in decoder_layers:
        x = layer(x)
    decoder = keras.Model(latent, {"reconstruction": output_layer(x)}, name="decoder")

    # Only the reconstruction is trained; the other outputs are there to be looked at.
    autoencoder.compile(
        optimizer=keras.optimizers.get(
            {"class_name": recipe.optimizer, "config": {"learning_rate": recipe.learning_rate}}
        ),
        loss={"reconstruction": recipe.loss},
    )
    return autoencoder, decoder
