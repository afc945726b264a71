"""What can be trained: a recipe (how) with a set of normal digits (on what) is an experiment.

Both tables are data. A new recipe is one row in RECIPES; a new shipped experiment is one name in PRESETS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import index
from types import MappingProxyType

from core.errors import KagamiError
from core.images.data import DIGITS


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an autoencoder is built and trained.

    name: the first part of an experiment's name.
    encoder: widths of the dense encoder's layers; the last is the bottleneck, and the decoder mirrors them.
    activation: of every layer but the output, which is a sigmoid. Any name that Keras knows.
    loss, optimizer, learning_rate, epochs, batch_size: as in `keras.Model.compile` and `fit`.
    calibrate_fraction, split_seed: how `core.images.data.split_normals` splits the normals.
    score, rule: what judges with this recipe unless something else is asked for.
    """

    name: str
    encoder: tuple[int, ...]
    activation: str
    loss: str
    optimizer: str
    learning_rate: float
    epochs: int
    batch_size: int
    calibrate_fraction: float
    split_seed: int
    score: str
    rule: str


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        recipe.name: recipe
        for recipe in (
            # The tutorial's listing: Dense 128 ReLU → Dense 784 sigmoid, Adam at its default rate, binary
            # cross-entropy, 50 epochs of batches of 256, train_test_split(test_size=0.2, random_state=42).
            Recipe(
                name="article",
                encoder=(128,),
                activation="relu",
                loss="binary_crossentropy",
                optimizer="adam",
                learning_rate=0.001,
                epochs=50,
                batch_size=256,
                calibrate_fraction=0.2,
                split_seed=42,
                score="mae",
                rule="mean+std",
            ),
        )
    }
)

# Shipped, trained, in core/assets/models. The first one is what a page opens with.
PRESETS = ("article-all", "article-only-1", "article-without-0")


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

    @property
    def held_out(self) -> tuple[int, ...]:
        """The digits that training never sees, sorted."""
        return tuple(digit for digit in DIGITS if digit not in self.normals)


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
