"""What can be trained: a recipe (how) with a set of normal digits (on what) is an experiment.

Both tables are data. A new recipe is one row in RECIPES; a new shipped experiment is one name in PRESETS.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import index
from types import MappingProxyType

from core.errors import KagamiError
from core.images.data import DIGITS, PIXELS, Split, UInt8, split_normals


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an autoencoder is built and trained, and what judges with it.

    name: the first part of an experiment's name.
    encoder: widths of the dense encoder's layers; the last is the bottleneck, and the decoder mirrors them.
    activation, latent_activation: of the layers in between and of the bottleneck; any name that Keras knows. The
        output is a sigmoid.
    batch_norm: normalise the layers in between over each batch.
    loss, optimizer, learning_rate, epochs, batch_size: as in `keras.Model.compile` and `fit`.
    least_steps: train for more epochs where the normals are so few that `epochs` would be fewer steps than this.
    schedule: of the learning rate: "constant", "cosine" (down to a hundredth of it) or "one-cycle" (up to it over the
        first quarter of the steps, and down to a hundredth).
    restore: in each epoch, train on a slightly different copy of each image (its target), damaged (its input); see
        `core.images.damage`. Without it input and target are the image itself.
    denoise: in each epoch, train to return each image from a copy that has a noise of its own; see
        `core.images.noise.mixed_noise`. The validation images, too, get such a noise, once. Not with `restore`.
    calibrate_fraction, split_seed, writers_apart: how `core.images.data.split_normals` splits the normals.
    calibrate_with_pens: set a threshold for each way in, on the calibration digits as they are and as a pen draws them
        (`core.images.sources`), instead of one for all.
    remembers: keep a memory of the training images (`core.detection.memory`).
    score, rule: what judges with this recipe unless something else is asked for.
    jit_compile, steps_per_execution: compile the training steps, and so many into one call; how fast, not what.
    most_images: learn from no more than so many of the normals; from all of them where it is None.
    """

    name: str
    encoder: tuple[int, ...]
    activation: str
    latent_activation: str
    batch_norm: bool
    loss: str
    optimizer: str
    learning_rate: float
    schedule: str
    epochs: int
    least_steps: int
    batch_size: int
    restore: bool
    calibrate_fraction: float
    split_seed: int
    writers_apart: bool
    calibrate_with_pens: bool
    remembers: bool
    score: str
    rule: str
    jit_compile: bool = False
    steps_per_execution: int = 1
    most_images: int | None = None
    denoise: bool = False


# The tutorial's listing: Dense 128 ReLU → Dense 784 sigmoid, Adam at its default rate, binary cross-entropy, 50 epochs
# of batches of 256, train_test_split(test_size=0.2, random_state=42).
_ARTICLE = Recipe(
    name="article",
    encoder=(128,),
    activation="relu",
    latent_activation="relu",
    batch_norm=False,
    loss="binary_crossentropy",
    optimizer="adam",
    learning_rate=0.001,
    schedule="constant",
    epochs=50,
    least_steps=0,
    batch_size=256,
    restore=False,
    calibrate_fraction=0.2,
    split_seed=42,
    writers_apart=False,
    calibrate_with_pens=False,
    remembers=False,
    score="mae",
    rule="mean+std",
)

# What the deep ones have in common: a wider network, a rate that falls, and a calibration set of writers of its own.
_DEEP = replace(
    _ARTICLE,
    activation="leaky_relu",
    latent_activation="linear",
    batch_norm=True,
    loss="mean_squared_error",
    learning_rate=0.002,
    schedule="cosine",
    epochs=20,
    calibrate_fraction=0.1,
    split_seed=0,
    writers_apart=True,
    score="mse",
    rule="conformal",
)

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        recipe.name: recipe
        for recipe in (
            _ARTICLE,
            # The article's network and loss, trained to the article's quality several times sooner: compiled steps,
            # smaller batches, and one cycle of a rate that rises to twenty times the article's.
            replace(
                _ARTICLE,
                name="fast",
                learning_rate=0.02,
                schedule="one-cycle",
                epochs=7,
                batch_size=128,
                jit_compile=True,
                steps_per_execution=75,
            ),
            # Kagami's own: a narrow network that learns to repair, and a memory of what it learnt from.
            replace(
                _DEEP,
                name="kagami",
                encoder=(512, 256, 128, 64, 16),
                epochs=15,
                least_steps=1500,
                restore=True,
                calibrate_with_pens=True,
                remembers=True,
                score="kagami",
            ),
            # A bottleneck of two units, so that all it knows is a map to look at. Units that end at −1 and 1 fill it:
            # where they may go anywhere, digits lie on rays with nothing between.
            replace(_DEEP, name="plane", encoder=(256, 128, 64, 2), latent_activation="tanh"),
            # A denoising autoencoder (Vincent et al., Extracting and Composing Robust Features with Denoising
            # Autoencoders, ICML 2008): spoilt images in, clean ones out. Wide enough to return details.
            replace(
                _DEEP,
                name="denoise",
                encoder=(512, 128),
                least_steps=1500,
                denoise=True,
                calibrate_with_pens=True,
            ),
        )
    }
)

# Shipped, trained, in core/assets/models. The first one is what a page opens with.
PRESETS = (
    "kagami-all",
    "kagami-only-1",
    "kagami-without-0",
    "article-all",
    "article-only-1",
    "article-without-0",
    "article-without-1",
    "denoise-all",
    "plane-all",
)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A recipe with the digits that count as normal.

    normals: sorted, each once, at least one. The digits outside it are the held-out ones.
    """

    recipe: Recipe
    normals: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.normals or self.normals != tuple(sorted(set(self.normals) & set(DIGITS))):
            raise KagamiError(
                "bad_normals",
                f"normals must be one or more of 0-9, each once, in order; got {list(self.normals)}.",
                normals=",".join(map(str, self.normals)),
            )

    @property
    def name(self) -> str:
        """`recipe-all`, `recipe-without-D` for nine digits, else `recipe-only-D[-D…]`."""
        if len(self.normals) == 10:
            return f"{self.recipe.name}-all"
        if len(self.normals) == 9:
            return f"{self.recipe.name}-without-{self.held_out[0]}"
        return f"{self.recipe.name}-only-{'-'.join(map(str, self.normals))}"

    def split(self, y: UInt8) -> Split:
        """Which of MNIST's training images, with labels y (n,), are to train and which to calibrate."""
        recipe = self.recipe
        split = split_normals(
            y,
            self.normals,
            calibrate_fraction=recipe.calibrate_fraction,
            seed=recipe.split_seed,
            writers_apart=recipe.writers_apart,
        )
        return replace(split, train=split.train[: recipe.most_images])

    @property
    def held_out(self) -> tuple[int, ...]:
        """The digits that training never sees, sorted."""
        return tuple(digit for digit in DIGITS if digit not in self.normals)


# What a recipe of one's own may name: what a learner meets elsewhere.
ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid", "linear")
LOSSES = ("binary_crossentropy", "mean_squared_error", "mean_absolute_error")
OPTIMIZERS = ("adam", "rmsprop", "sgd", "adamax", "nadam", "lion")
SCHEDULES = ("constant", "cosine", "one-cycle")
# The name of a recipe that is the user's own.
OWN = "own"
# Limits of a recipe: layers before the bottleneck, widths, weights in all, and what `fit` takes.
MOST_LAYERS, WIDEST_LAYER, MOST_PARAMETERS = 6, 2048, 10_000_000
RATES, MOST_EPOCHS, BATCHES, FEWEST_IMAGES = (1e-6, 1.0), 500, (1, 8192), 100


def parameters(recipe: Recipe) -> int:
    """How many numbers the network learns: weights, biases, and two for each unit that is normalised."""
    widths = [PIXELS, *recipe.encoder, *recipe.encoder[-2::-1], PIXELS]
    weights = sum(before * after for before, after in pairwise(widths))
    bottleneck = recipe.encoder[-1]
    between = 2 * sum(recipe.encoder[:-1])
    return weights + bottleneck + PIXELS + between * (2 if recipe.batch_norm else 1)


def refuse_impossible(recipe: Recipe) -> None:
    """Raise KagamiError where Kagami would not train this recipe; its code is `impossible_` with what cannot be."""

    def refuse(what: str, rule: str, **limits: object) -> KagamiError:
        return KagamiError(f"impossible_{what}", f"{what}: {rule}", **limits)

    def whole(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def between(value: object, low: float, high: float) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high

    if not re.fullmatch(r"[a-z]{1,20}", str(recipe.name)):
        raise refuse("name", "one word of the letters a to z.")
    widths = recipe.encoder
    if not 1 <= len(widths) <= MOST_LAYERS or not all(whole(w) and 1 <= w <= WIDEST_LAYER for w in widths):
        raise refuse(
            "encoder",
            f"1 to {MOST_LAYERS} layers of 1 to {WIDEST_LAYER} units, such as 128-32.",
            layers=MOST_LAYERS,
            widest=WIDEST_LAYER,
        )
    if (found := parameters(recipe)) > MOST_PARAMETERS:
        raise refuse(
            "parameters", f"at most {MOST_PARAMETERS:,}, this network has {found:,}.", most=MOST_PARAMETERS, found=found
        )
    for what, allowed in (
        ("activation", ACTIVATIONS),
        ("latent_activation", ACTIVATIONS),
        ("loss", LOSSES),
        ("optimizer", OPTIMIZERS),
        ("schedule", SCHEDULES),
    ):
        if (value := getattr(recipe, what)) not in allowed:
            raise refuse(what, f"one of {', '.join(allowed)}; got {value!r}.")
    for what, (low, high) in (
        ("learning_rate", RATES),
        ("epochs", (1, MOST_EPOCHS)),
        ("batch_size", BATCHES),
        ("least_steps", (0, 100_000)),
        ("split_seed", (0, 2**32 - 1)),
        ("steps_per_execution", (1, 10_000)),
        ("calibrate_fraction", (0.01, 0.9)),
    ):
        value = getattr(recipe, what)
        if not between(value, low, high) or (what not in ("learning_rate", "calibrate_fraction") and not whole(value)):
            raise refuse(what, f"from {low:g} to {high:g}; got {value!r}.", low=low, high=high)
    if recipe.most_images is not None and not (whole(recipe.most_images) and recipe.most_images >= FEWEST_IMAGES):
        raise refuse("most_images", f"{FEWEST_IMAGES} or more; got {recipe.most_images!r}.", low=FEWEST_IMAGES)
    switches = ("batch_norm", "restore", "denoise", "writers_apart", "calibrate_with_pens", "remembers", "jit_compile")
    for what in switches:
        if not isinstance(getattr(recipe, what), bool):
            raise refuse(what, "true or false.")


def experiment(name: str, *, normals: Iterable[int] | None = None) -> Experiment:
    """The experiment of that name, or of that recipe with other `normals`.

    >>> experiment("article-without-0").normals
    (1, 2, 3, 4, 5, 6, 7, 8, 9)
    >>> experiment("article", normals=[3, 1]).name
    'article-only-1-3'

    Raises KagamiError for a name that is none.
    """
    recipe_name, _, rest = name.partition("-")
    recipe = RECIPES.get(recipe_name)
    if recipe is not None and normals is not None:
        if name != recipe.name:
            experiment(name)  # a name whose normals are replaced must still be one
        return Experiment(recipe=recipe, normals=tuple(sorted({index(digit) for digit in normals})))
    kind, _, listed = rest.partition("-")
    digits = tuple(int(part) for part in listed.split("-") if part in set("0123456789"))
    if recipe is not None:
        candidates = {
            "all": DIGITS,
            "only": tuple(sorted(set(digits))),
            "without": tuple(digit for digit in DIGITS if digit not in digits),
        }
        found = candidates.get(kind, ())
        # The round trip refuses what only looks like a name: only-1-x, without-0-0, all-3.
        if found and (result := Experiment(recipe=recipe, normals=found)).name == name:
            return result
    raise KagamiError(
        "unknown_experiment",
        f"There is no experiment {name!r}. A name is a recipe ({', '.join(RECIPES)}) with its normals: "
        f"all, without-0 or only-1-7; for instance {PRESETS[-1]}.",
        name=name,
    )
