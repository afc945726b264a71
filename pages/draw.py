"""Draw a character and see whether the mirror knows it."""

import numpy as np
import streamlit as st

from core.detection.judgement import judge
from core.detection.scores import RECONSTRUCTION_ERRORS
from core.detection.usual import Usual
from core.errors import KagamiError
from core.images.data import Float, flatten
from core.models.bundle import list_bundles
from core.models.experiments import experiment
from core.ui.canvas.live import live_mirror
from core.ui.canvas.widget import canvas_buttons, show_canvas
from core.ui.draw.explanation import error_bar, judged_panel, row, why
from core.ui.draw.normals import calibrated, normals_told, promise
from core.ui.draw.several import last_first, others_told
from core.ui.draw.ways import ways
from core.ui.shared import loaders
from core.ui.shared.choices import Chosen, headed_choice
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, sentence
from core.ui.shared.titles import experiment_title
from core.ui.shared.verdict import opinion


@st.fragment  # a stroke reruns this and nothing else
def mirror(chosen: Chosen, usual: Usual) -> None:
    with st.container(key="row"):
        with st.container(key="drawing"):
            drawing = show_canvas()
            canvas_buttons()
        before = chosen.of_source(drawing.source).detector
        detector = calibrated(before)
        own = detector.score in RECONSTRUCTION_ERRORS
        measured = loaders.detector(chosen.name, "mse", detector.threshold, drawing.source)
        measured = detector if own else calibrated(measured)
        prepared = judged = error = None
        reason, beside = "", ("", "")
        try:
            steps = [character.prepared for character in last_first(drawing)]
            images = np.stack([each.image for each in steps])
            seen = detector.see(flatten(images))  # once, for both scores
            prepared, (judged, *others) = steps[0], judge(detector, seen)
            error = float(measured.decision_function(seen)[0])
            beside = others_told(others), second_opinion(chosen, images[:1])
        except KagamiError as problem:
            reason = sentence(problem)
        row(judged, chosen.experiment.recipe, usual)
        error_bar(error, measured, usual, own=own)
        with st.container(key="verdict"):
            judged_panel(judged, detector, normals=normals_told(detector, before), reason=reason, beside=beside)
    promised = promise(judged, detector, before) if judged else ""
    ways(chosen, usual, prepared.image if prepared else None, before=before, promise=promised)
    if judged and prepared:
        why(prepared, judged, detector, usual, loaders.train_images() if len(judged.closest) else None)


def second_opinion(chosen: Chosen, image: Float) -> str:
    """What the article's recipe says of the same image and the same normals, where another recipe judges."""
    article = experiment("article-all", normals=chosen.experiment.normals)
    if chosen.experiment.recipe == article.recipe or article.name not in list_bundles():
        return ""
    try:
        detector = loaders.default_detector(article.name)
    except KagamiError as error:
        return sentence(error)
    return opinion(judge(detector, image)[0], score=detector.score, title=experiment_title(article))


chosen = headed_choice(_("Draw a digit or a letter"))
if chosen:
    with errors_shown():
        mirror(chosen, loaders.usual(chosen.name))
        live_mirror(chosen.name)
