"""Keras runs in `keras_side.py`; here is what it must have told."""

import json
import math

import pytest


@pytest.fixture(scope="module")
def told(keras_side):
    return json.loads((keras_side / "told.json").read_text())


def test_the_article_recipe_builds_the_articles_network(told):
    assert told["layers"] == [["image", 784], ["latent", 128], ["reconstruction", 784]]
    assert told["activations"] == ["relu", "sigmoid"]
    assert told["optimizer"] == ["Adam", pytest.approx(0.001)]


def test_a_seed_decides_the_weights(told):
    same, again, other = told["weights"]
    assert same == again
    assert same != other


def test_history_has_an_entry_an_epoch(told):
    assert [(number, of) for number, of, *_ in told["history"]] == [(1, 2), (2, 2)]
    losses = [loss for *_, loss, val_loss in told["history"] for loss in (loss, val_loss)]
    assert all(math.isfinite(loss) and loss > 0 for loss in losses)
    assert told["history"][1][2] < told["history"][0][2], "it learns"


def test_a_seed_decides_what_is_damaged_too(told):
    same, again, other = told["restoring_weights"]
    assert same == again
    assert same != other
    assert same != told["returning_weights"], "restoring is not returning"


def test_a_denoising_recipe_learns_from_noise_that_the_seed_decides(told):
    same, again, other = told["denoising_weights"]
    assert same == again
    assert len({same, other, told["weights"][0]}) == 3, "with noise it learns something else than without"


def test_a_denoising_recipe_is_validated_on_noise_against_clean_images(told):
    assert told["denoising_val_loss"] == pytest.approx(told["denoising_val_loss_by_hand"], rel=1e-4)


def test_a_restoring_recipe_learns_on_a_falling_rate(told):
    assert [(number, of) for number, of, *_ in told["restoring_history"]] == [(1, 2), (2, 2)]
    losses = [loss for *_, loss, val_loss in told["restoring_history"] for loss in (loss, val_loss)]
    assert all(math.isfinite(loss) and loss > 0 for loss in losses)
    assert told["restoring_history"][1][2] < told["restoring_history"][0][2], "it learns"
    assert told["last_learning_rate"] == pytest.approx(0.01 * 0.002)


def test_layers_in_between_are_normalised_and_the_bottleneck_is_not(told):
    def block(i):
        return [
            ["Dense", f"hidden_{i}_dense"],
            ["BatchNormalization", f"hidden_{i}_norm"],
            ["Activation", f"hidden_{i}"],
        ]

    assert told["restoring_layers"] == [
        ["InputLayer", "image"],
        *block(0),
        *block(1),
        ["Dense", "latent"],
        *block(2),
        *block(3),
        ["Dense", "reconstruction"],
    ]


def test_epochs_default_to_the_recipes(told):
    assert told["default_epochs"] == 3


def test_the_libraries_are_named(told):
    assert set(told["versions"]) == {"keras", "numpy", "tensorflow"}


def test_what_on_epoch_raises_ends_the_training(told):
    assert told["stopped_by"] == "enough"
    assert told["epochs_before_stop"] == [1]


def test_looking_changes_nothing_and_stopping_keeps_what_was_learnt(told):
    assert [number for number, _ in told["looks"]] == [0, 1, 2]
    assert len({mean for _, mean in told["looks"]}) == 3, "the network of each moment is looked at"
    assert told["kept_epochs"] == [[1, 3], [2, 3]]
    assert told["batches"] == 2
    assert told["watched_weights"] == told["weights"][0]


def test_one_cycle_rises_for_a_quarter_and_falls_to_a_hundredth(told):
    assert told["one_cycle"] == [pytest.approx(0.5 / 25), pytest.approx(0.5), pytest.approx(0.5 / 100)]


def test_compiled_steps_learn_and_a_seed_decides_what(told):
    same, again = told["compiled_weights"]
    assert same == again
    (first, _), (second, val_loss) = told["compiled_losses"]
    assert second < first, "it learns"
    assert val_loss == pytest.approx(told["compiled_val_loss_by_hand"], rel=1e-4)
    assert told["compiled_until_told"] == 2


def test_compiled_steps_are_those_of_an_epoch_some_to_a_call(told):
    # 30 images in batches of 4 are 8 steps, two to a call; there are two epochs.
    assert told["compiled_steps"] == 16
    assert told["compiled_calls"] == 8


def test_the_saved_model_answers_alike_without_its_optimizer(told):
    assert told["saved_has_optimizer"] is False
    assert told["saved_differs_by"] == 0
