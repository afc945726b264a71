"""What things are called in the reader's language."""

import re

from core.models.bundle import experiment_named, read_card
from core.models.experiments import OWN, PRESETS, Experiment
from core.ui.shared.language import _


def experiment_title(chosen: Experiment) -> str:
    """The experiment's name in the reader's language."""
    if not chosen.held_out:
        normals = _("all digits")
    elif len(chosen.held_out) == 1:
        normals = _("all digits but {digits}").format(digits=chosen.held_out[0])
    else:
        normals = _("only {digits}").format(digits=", ".join(map(str, chosen.normals)))
    return f"{recipe_title(chosen.recipe.name)} · {normals}"


def recipe_title(name: str) -> str:
    """The recipe's name in the reader's language."""
    titles = {
        "article": _("Article"),
        "fast": _("Fast"),
        "kagami": "Kagami",
        "plane": _("Plane"),
        "denoise": _("Denoising"),
        OWN: _("Own network"),
    }
    return titles.get(name, name)


def bundle_title(name: str) -> str:
    """What a bundle is called: its owner's title, else its experiment in the reader's language."""
    card = None if name in PRESETS else read_card(name)
    return card.title if card and card.title else experiment_title(experiment_named(name))


def score_title(name: str) -> str:
    """The score's name in the reader's language."""
    return {
        "mae": _("mean absolute error"),
        "mse": _("mean squared error"),
        "bce": _("binary cross-entropy"),
        "sap": _("pathway distance (SAP)"),
        "nap": _("whitened pathway distance (NAP)"),
        "latent": _("distance to remembered latents"),
        "hidden": _("distance in a hidden layer"),
        "unlike": _("unlike the closest normals"),
        "lacking": _("ink missing against normals"),
        "kagami": _("unlike normals + missing ink"),
    }.get(name, name)


def rule_title(name: str) -> str:
    """The rule's name in the reader's language."""
    return {
        "mean+std": _("mean + k · std"),
        "quantile": _("quantile"),
        "conformal": _("conformal p-value"),
        "fixed": _("by hand"),
    }[name]


def noise_title(kind: str) -> str:
    """The noise's name in the reader's language."""
    return {
        "gaussian": _("Gaussian"),
        "salt-and-pepper": _("salt and pepper"),
        "speckle": _("speckle"),
        "occlusion": _("rubbed-out square"),
        "blur": _("blur"),
    }[kind]


def amount_title(kind: str) -> str:
    """What the noise's amount means, in the reader's language."""
    return {
        "gaussian": _("Amount: standard deviation (full ink is 1)"),
        "salt-and-pepper": _("Amount: share of the pixels"),
        "speckle": _("Amount: standard deviation, times ink"),
        "occlusion": _("Amount: side in pixels"),
        "blur": _("Amount: standard deviation in pixels"),
    }[kind]


def plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+.!~$:|<>-])", r"\\\1", text)
