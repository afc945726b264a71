"""What a reader is told of each error: one row an error's code, in English, with the error's details in {braces}."""

from collections.abc import Mapping
from types import MappingProxyType


def N_(message: str) -> str:  # noqa: N802 - gettext's name for it
    """Marks a message for the catalogue; it is translated where it is shown."""
    return message


SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "data_missing": N_("The image data is missing. Reinstall Kagami: core/assets/mnist.npz belongs to it."),
        "data_damaged": N_(
            "The image data is damaged. Reinstall Kagami: core/assets/mnist.npz is not the file it was."
        ),
        "bundle_missing": N_("The model “{name}” has not been trained yet. Train it with: python -m core train {name}"),
        "bundle_damaged": N_(
            "The model “{name}” is damaged and was not loaded. Train it again with: python -m core train {name} --force"
        ),
        "unknown_experiment": N_("There is no experiment called “{name}”."),
        "unknown_score": N_("There is no score called “{name}”."),
        "score_missing": N_("The model “{name}” was trained without the score “{score}”. It can give {given}."),
        "score_not_learnt": N_("This model has not learnt what the score “{name}” needs."),
        "unknown_rule": N_("There is no threshold rule called “{name}”."),
        "unknown_source": N_("There is no way in called “{name}”."),
        "one_threshold": N_("The model “{name}” has one threshold for every way in."),
        "unknown_noise": N_("There is no noise called “{name}”."),
        "drawing_damaged": N_("This drawing is too long to be kept when you leave the page."),
        "drawing_too_long": N_("This drawing is too long for an address."),
        "address_damaged": N_("The drawing in this address cannot be read and was left out."),
        "tray_damaged": N_("This file of drawings cannot be read. Load a JSON file that was saved from the tray."),
        "strokes_damaged": N_(
            "The preset characters are damaged. Reinstall Kagami: core/assets/strokes belongs to it."
        ),
        "blank": N_("There is nothing to judge yet. Draw one character, or pick one below."),
        "too_small": N_("Not enough ink: the drawing is too small to judge. Draw it larger."),
        "dot": N_("Not enough ink: a dot alone is not a character."),
        "filled": N_("Too much ink: nearly everything is filled, so there is no character to see."),
        "not_a_picture": N_(
            "This file is not a picture that can be read. PNG, JPEG, WebP, HEIC, GIF, BMP and TIFF work."
        ),
        "damaged_picture": N_("This {kind} picture is damaged. Save or send it once more."),
        "heic_photo": N_(
            "This is a HEIC photo that cannot be read. Send it as JPEG, or set the phone to JPEG "
            "(iPhone: Settings, Camera, Formats, Most Compatible)."
        ),
        "empty_file": N_("This file is empty. Save or send the picture once more."),
        "pdf_file": N_(
            "This is a PDF document, not a picture. Save its page as PNG or JPEG, or take a screenshot of it."
        ),
        "lfs_pointer": N_("This is a Git LFS pointer: the file itself was not fetched. Run git lfs pull."),
        "svg_file": N_("This is an SVG drawing, which holds no pixels. Save it as PNG."),
        "web_page": N_("This is a web page, not a picture. Open it and save the picture that is on it."),
        "layered_file": N_("This is a file of a graphics program or a camera's raw data. Export it as PNG or JPEG."),
        "new_format": N_("This is a JPEG XL picture, which cannot be read yet. Save it as PNG or JPEG."),
        "video_file": N_("This is a video, not a picture. Take a photo, or a screenshot of the video."),
        "document_file": N_(
            "This is a document or an archive, not a picture. Save the picture that is in it as PNG or JPEG."
        ),
        "too_long_side": N_("This picture is longer than {limit:,} pixels. Make it smaller and try again."),
        "too_many_bytes": N_("This file is too large."),
        "diverged": N_(
            "Training went astray: after epoch {epoch} the error is no longer a number. "
            "A lower learning rate usually helps."
        ),
        "too_few_normals": N_(
            "For a false-alarm rate of {percent} % the conformal rule needs {needed} normals, and there are {n}. "
            "Allow more false alarms or choose another rule."
        ),
        "normals_alike": N_(
            "The scores of these {n} normals do not vary, so nearly everything else would be flagged. "
            "Normals that differ are needed."
        ),
        "useless_astray": N_(
            "This training went astray: its validation loss is {loss} at the end. A lower learning rate usually helps."
        ),
        "useless_same": N_(
            "This network returns the same image for every input: its error {error} is no smaller than the mean "
            "image’s, {constant}. A lower learning rate or another activation usually helps."
        ),
        "useless_no_better": N_(
            "This network has learnt nothing yet: its error {error} is no smaller than the mean image’s, {constant}. "
            "More epochs or a higher learning rate usually help."
        ),
        "disk_full": N_("The disk is full. Nothing half-written was kept; make room and start again."),
        "out_of_memory": N_("There was not enough memory for this network. Try narrower layers."),
        "run_vanished": N_("The folder of this training has vanished, so it was ended."),
        "run_lost": N_(
            "The training ended without a word: it was killed, or the machine was switched off. "
            "What it had learnt was not kept. {said}"
        ),
        "crashed": N_("The training ended with an error: {what}"),
        "home_unwritable": N_("Kagami cannot write to its folder {path}: {why}."),
        "bad_title": N_("A name has at most {most} characters on one line."),
        "no_normals": N_("Choose at least one digit that is normal."),
        "no_room": N_("A training needs {megabytes} MB of free space on the disk, and there is less."),
        "title_missing": N_("This model needs a name."),
        "bundle_exists": N_("There is a model of this name already."),
        "not_a_bundle": N_("This file was not imported: it holds no whole and undamaged model of Kagami’s."),
        "impossible_encoder": N_(
            "A network has 1 to {layers} layers up to its bottleneck, of 1 to {widest} units each, such as 128-32."
        ),
        "impossible_parameters": N_("This network would have {found:,} parameters. {most:,} are the most."),
        "too_many_pixels": N_("This picture has too many pixels. Make it smaller and try again."),
        "images_missing": N_("There is no such file."),
        "images_empty": N_("There are no images in this file."),
        "images_too_large": N_("This file is too large: images of more than {megabytes} MB are not read."),
        "images_damaged": N_("This file is damaged or cut off. Download or save it again."),
        "images_lfs": N_("This is a Git LFS pointer: the file itself was not fetched. Fetch it with git lfs pull."),
        "images_web_page": N_("This is a web page, not the file that was to be downloaded. Download it again."),
        "images_picture": N_("This is a single picture, not a file of many images with their labels."),
        "images_other_format": N_(
            "This kind of file is not read. Save it as an npz: np.savez(file, x=images, y=labels)."
        ),
        "images_archive": N_("This is an archive of other files. Unpack it and choose the one that holds the images."),
        "images_unknown": N_(
            "This is no npz, npy, IDX or CSV file. Save it as npz: np.savez(file, x=images, y=labels)."
        ),
        "images_objects": N_("This file holds Python objects, which are never opened. Save plain numbers and text."),
        "images_keys": N_("An npz file must hold the arrays x and y. This one holds: {found}."),
        "images_shape": N_("The images must be of shape (n, height, width) or (n, pixels); these are {shape}."),
        "images_range": N_(
            "Pixels must go from 0 (paper) to 255 (ink), or from 0 to 1; these go from {low} to {high}. "
            "If they were normalised, undo that."
        ),
        "images_zero_one": N_("The largest value is 1, though whole numbers go from 0 to 255. Multiply them by 255."),
        "images_inverted": N_("These images look inverted: paper must be 0 and ink 255. Invert them: 255 − x."),
        "images_labels": N_("There must be one label, a number or text, for each of the {n} images."),
        "images_only_labels": N_("These are labels. Give the file that holds the images."),
        "images_csv": N_("A line of a CSV file must hold a label and n² pixels, and all lines as many; got {columns}."),
        "images_stretched": N_("The largest value is {largest} instead of {full}; it was taken for full ink."),
        "images_unlabelled": N_("There are no labels in this file; every image is labelled “?”."),
        "images_part": N_("Of the parts of this file, {part} was read."),
        "images_transposed": N_(
            "These images look transposed: of {n} images {flagged} are flagged as they are, and {upright} with rows "
            "and columns exchanged."
        ),
    }
)
