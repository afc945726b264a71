"""Japanese and English: gettext catalogues for labels, Markdown files for prose."""

import gettext
from functools import cache

import streamlit as st

from core.errors import KagamiError
from core.images.data import ASSETS
from core.ui.shared.address import chosen, switch

LANGUAGES = {"ja": "日本語", "en": "English"}
LOCALE = ASSETS / "locale"
CONTENT = ASSETS / "content"

_SET_LANG = "export default ({ data }) => { document.documentElement.lang = data }"


def choose_language() -> str:
    """Show the switch and return the language: `?lang=`, else the browser's, else English."""
    with st.container(key="language"):
        now = switch("Language / 言語", LANGUAGES, key="lang", default=_browser_language(), hidden=True)
        # Streamlit always says lang="en"; screen readers and fonts go by it.
        st.components.v2.component("kagami_lang", js=_SET_LANG)(data=now, key="html_lang", height=1)
    return now


def language() -> str:
    """The reader's language, "ja" or "en"."""
    asked = chosen("lang") or st.query_params.get("lang")
    return asked if asked in LANGUAGES else _browser_language()


def _browser_language() -> str:
    return "ja" if (st.context.locale or "").lower().startswith("ja") else "en"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("kagami", LOCALE, [language], fallback=language == "en")


def _(message: str) -> str:
    """The message in the reader's language. Messages are written in English in the code."""
    return _catalogue(language()).gettext(message)


@cache
def _content(language: str, name: str) -> str:
    return (CONTENT / language / f"{name}.md").read_text(encoding="utf-8")


def content(name: str, **values: object) -> str:
    """The Markdown prose of that name in the reader's language, with its {placeholders} filled."""
    text = _content(language(), name)
    return text.format(**values) if values else text


def sentence(error: KagamiError) -> str:
    """The error as a sentence in the reader's language."""
    messages = {
        "data_missing": _("The image data is missing. Reinstall Kagami: core/assets/mnist.npz belongs to it."),
        "data_damaged": _("The image data is damaged. Reinstall Kagami: core/assets/mnist.npz is not the file it was."),
        "bundle_missing": _("The model “{name}” has not been trained yet. Train it with: python -m core train {name}"),
        "bundle_damaged": _(
            "The model “{name}” is damaged and was not loaded. Train it again with: python -m core train {name} --force"
        ),
        "unknown_experiment": _("There is no experiment called “{name}”."),
        "unknown_score": _("There is no score called “{name}”."),
        "score_missing": _("The model “{name}” was trained without the score “{score}”. It can give {given}."),
        "score_not_learnt": _("This model has not learnt what the score “{name}” needs."),
        "unknown_rule": _("There is no threshold rule called “{name}”."),
        "unknown_source": _("There is no way in called “{name}”."),
        "one_threshold": _("The model “{name}” has one threshold for every way in."),
        "unknown_noise": _("There is no noise called “{name}”."),
        "drawing_damaged": _("This drawing is too long to be kept when you leave the page."),
        "drawing_too_long": _("This drawing is too long for an address."),
        "address_damaged": _("The drawing in this address cannot be read and was left out."),
        "tray_damaged": _("This file of drawings cannot be read. Bring back a JSON file that was taken from the tray."),
        "strokes_damaged": _("The preset characters are damaged. Reinstall Kagami: core/assets/strokes belongs to it."),
        "blank": _("There is nothing to judge yet. Draw one character, or pick one below."),
        "too_small": _("Not enough ink: the drawing is too small to judge. Draw it larger."),
        "dot": _("Not enough ink: a dot alone is not a character."),
        "filled": _("Too much ink: nearly everything is filled, so there is no character to see."),
        "not_a_picture": _("This file is not a picture that can be read. PNG, JPEG and WebP work."),
        "too_many_bytes": _("This file is too large."),
        "diverged": _(
            "Training went astray: after epoch {epoch} the error is no number any more. "
            "A lower learning rate usually helps."
        ),
        "disk_full": _("The disk is full. Nothing half-written was kept; make room and start again."),
        "out_of_memory": _("There was not enough memory for this network. Try narrower layers."),
        "run_vanished": _("The folder of this training has vanished, so it was ended."),
        "run_lost": _(
            "The training ended without a word: it was killed, or the machine was switched off. "
            "What it had learnt was not kept. {said}"
        ),
        "crashed": _("The training ended with an error: {what}"),
        "home_unwritable": _("Kagami cannot write to its folder {path}: {why}."),
        "bad_title": _("A name has at most {most} characters on one line."),
        "no_normals": _("Choose at least one digit that is normal."),
        "no_room": _("A training needs {megabytes} MB of free space on the disk, and there is less."),
        "title_missing": _("This model needs a name."),
        "bundle_exists": _("There is a model of this name already."),
        "not_a_bundle": _("This file was not imported: it holds no whole and undamaged model of Kagami’s."),
        "impossible_encoder": _(
            "A network has 1 to {layers} layers up to its bottleneck, of 1 to {widest} units each, such as 128-32."
        ),
        "impossible_parameters": _("This network would have {found:,} parameters. {most:,} are the most."),
        **_about_images(),
        "too_many_pixels": _("This picture has too many pixels. Make it smaller and try again."),
    }
    message = messages.get(error.code)
    return message.format(**error.details) if message else str(error)


def _about_images() -> dict[str, str]:
    """Sentences on a file of images, by the codes of `core.images.arrays`."""
    return {
        "images_missing": _("There is no such file."),
        "images_empty": _("There are no images in this file."),
        "images_too_large": _("This file is too large: images of more than {megabytes} MB are not read."),
        "images_damaged": _("This file is damaged or cut off. Download or save it again."),
        "images_lfs": _("This is a Git LFS pointer: the file itself was not fetched. Fetch it with git lfs pull."),
        "images_web_page": _("This is a web page, not the file that was to be downloaded. Download it again."),
        "images_picture": _("This is a single picture, not a file of many images with their labels."),
        "images_other_format": _(
            "This kind of file is not read. Save it as an npz: np.savez(file, x=images, y=labels)."
        ),
        "images_unknown": _(
            "This is no npz, npy, IDX or CSV file. Save it as npz: np.savez(file, x=images, y=labels)."
        ),
        "images_objects": _("This file holds Python objects, which are never opened. Save plain numbers and text."),
        "images_keys": _("An npz file must hold the arrays x and y. This one holds: {found}."),
        "images_shape": _("The images must be of shape (n, height, width) or (n, pixels); these are {shape}."),
        "images_range": _(
            "Pixels must go from 0 (paper) to 255 (ink), or from 0 to 1; these go from {low} to {high}. "
            "If they were normalised, undo that."
        ),
        "images_zero_one": _("The largest value is 1, though whole numbers go from 0 to 255. Multiply them by 255."),
        "images_inverted": _("These images look inverted: paper must be 0 and ink 255. Invert them: 255 − x."),
        "images_labels": _("There must be one label, a number or text, for each of the {n} images."),
        "images_only_labels": _("These are labels. Give the file that holds the images."),
        "images_csv": _("A line of a CSV file must hold a label and n² pixels, and all lines as many; got {columns}."),
        "images_stretched": _("The largest value is {largest} instead of 255; it was taken for full ink."),
        "images_unlabelled": _("There are no labels in this file; every image is labelled “?”."),
        "images_part": _("Of the parts of this file, {part} was read."),
        "images_transposed": _(
            "These images look transposed: of {n} images {flagged} are flagged as they are, and {upright} with rows "
            "and columns exchanged."
        ),
    }
