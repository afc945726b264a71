"""What stands below the threshold lab: the mistakes one by one, ink against error, and leave-one-out."""

from html import escape

import numpy as np
import streamlit as st

from core.benchmarks.reports import AurocRow, auroc_table, score_table
from core.detection.detector import Detector
from core.detection.evaluation import inside
from core.detection.judgement import Judgement, judge
from core.detection.trial import Trial, ink_correlation, sample
from core.images.data import DIGITS, Int, flatten
from core.ui.detect.lab import label_title
from core.ui.shared import loaders
from core.ui.shared.address import switch
from core.ui.shared.language import _, content
from core.ui.shared.style import palette
from core.ui.shared.titles import recipe_title, score_title
from core.views.charts import ink_scatter
from core.views.numbers import percent, score_text, signed
from core.views.tiles import data_url, grey, heat, sheet, tile

# Mistakes shown of each kind, and points of each label in the scatter.
SHOWN, POINTS = 12, 60


def choose_view() -> str:
    """What to look at more closely."""
    titles = {
        "mistakes": _("Misses and false alarms"),
        "ink": _("Ink against error"),
        "leave-one-out": _("Which digit is found by what"),
    }
    return switch(_("Look closer"), titles, key="view", hidden=True)


def story_figures() -> dict[str, str]:
    """The values that `threshold_lab.md` names, from the cards of the article's experiments."""
    zeros = loaders.bundle("article-without-0").card.metrics
    ones = loaders.bundle("article-without-1").card.metrics
    return {
        "zeros": f"{zeros['detection_rate']:.2f}",
        "zeros_alarms": percent(zeros["false_alarm_rate"]),
        "ones": f"{ones['detection_rate']:.3f}",
        "ones_auroc": f"{ones['auroc']:.2f}",
    }


def unseen_note(trial: Trial) -> None:
    """What stands for the unseen where no digit is left to be."""
    if not np.isin(trial.labels[trial.unseen], [str(digit) for digit in DIGITS]).any():
        note = _(
            "This mirror has learnt all ten digits. {n} letters, kana and symbols that Kagami draws itself stand for "
            "the unseen."
        )
        st.caption(note.format(n=int(trial.unseen.sum())))


def mistakes(trial: Trial, detector: Detector) -> None:
    """The clearest misses and false alarms, each with what came back and where it differs."""
    misses, alarms = trial.mistakes(detector.threshold_)
    left, right = st.columns(2, gap="large")
    with left:
        title = _("▲ Misses: unseen, but up to the threshold ({n})").format(n=f"{len(misses):,}")
        _gallery(trial, detector, misses[:SHOWN], title=title, kind="anomalous", empty=_("Nothing is missed."))
    with right:
        title = _("● False alarms: normal, but above it ({n})").format(n=f"{len(alarms):,}")
        _gallery(trial, detector, alarms[:SHOWN], title=title, kind="normal", empty=_("There is no false alarm."))


def ink_against_error(trial: Trial, detector: Detector) -> None:
    """A sample of the images by how much ink they have and how they score."""
    shown = sample(trial, count=POINTS)
    images = trial.images[shown]
    back = grey(detector.autoencoder.reconstruct(flatten(images))).reshape(images.shape)
    pictures = [data_url(sheet(np.stack(pair), columns=2)) for pair in zip(images, back, strict=True)]
    r = signed(ink_correlation(trial), 2)
    chart = ink_scatter(
        ink=100 * flatten(images).mean(axis=1),
        score=trial.scores[shown],
        unseen=trial.unseen[shown],
        labels=[label_title(label) for label in trial.labels[shown]],
        pictures=pictures,
        threshold=detector.threshold_,
        colours=palette(),
        words={
            "ink": _("ink: share of the square, in %"),
            "score": score_title(detector.score),
            "label": _("character"),
            "normal": _("normal"),
            "unseen": _("unseen"),
            "description": _("Ink against {score}: correlation {r}").format(score=score_title(detector.score), r=r),
        },
    )
    left, right = st.columns([7, 4], gap="large")
    left.altair_chart(chart, key="ink_chart")
    article = next(row for row in auroc_table("leave-one-out").rows if row.recipe == "article")
    right.markdown(content("ink_against_error", r=r, score=score_title(detector.score), ones=f"{article.auroc[1]:.2f}"))


def leave_one_out() -> None:
    """AUROC by held-out digit: a table whose cells are the darker the better the digit is found."""
    detectors, scores = auroc_table("leave-one-out"), score_table("leave-one-out")
    own = detectors.rows[0].score
    rows = [*detectors.rows, *(row for row in scores.rows if row.score != own)]
    head = "".join(f'<th scope="col">{digit}</th>' for digit in detectors.digits)
    body = "".join(_row(row) for row in rows)
    corner, mean, region = _("held-out digit"), _("mean"), _("Which digit is found by what")
    st.html(
        f'<div class="kl-scroll" tabindex="0" role="region" aria-label="{region}"><table class="kl-matrix">'
        f'<thead><tr><th scope="col">{corner}</th>{head}<th scope="col">{mean}</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
    st.markdown(content("leave_one_out", seeds=detectors.rows[0].seeds, date=detectors.date, inside=_ones_inside()))


def _ones_inside() -> str:
    """Share of the held-out 1s that the article's recipe finds more normal than half of the normals."""
    ones = loaders.trial("article-without-1", "mae")
    return percent(inside(ones.normal_scores, ones.anomaly_scores))


def _row(row: AurocRow) -> str:
    others = {"pca": _("PCA, 32 components"), "nearest pixels": _("nearest training image"), "ink": _("ink alone")}
    title = others.get(row.recipe) or f"{recipe_title(row.recipe)}: {score_title(row.score)}"
    cells = "".join(
        f'<td style="--found:{max(0.0, 2 * auroc - 1):.3f}"{_inverted(auroc)}>{auroc:.2f}</td>'
        for auroc in [*row.auroc.values(), row.mean]
    )
    return f'<tr><th scope="row">{escape(title)}</th>{cells}</tr>'


def _inverted(auroc: float) -> str:
    return ' class="kl-inverted"' if auroc < 0.5 else ""


def _gallery(trial: Trial, detector: Detector, shown: Int, *, title: str, kind: str, empty: str) -> None:
    judged = judge(detector, trial.images[shown]) if len(shown) else []
    items = "".join(_mistake(each, label_title(trial.labels[i])) for i, each in zip(shown, judged, strict=True))
    body = f'<div class="kg-grid">{items}</div>' if items else f'<p class="kg-legend">{escape(empty)}</p>'
    st.html(f'<h3 class="kl-mistakes kg-{kind}">{escape(title)}</h3>{body}')


def _mistake(judged: Judgement, name: str) -> str:
    return (
        '<figure class="kg-pair">'
        + tile(grey(judged.image), alt=_("Original, a {digit}").format(digit=name))
        + tile(grey(judged.reconstruction), alt=_("Reconstruction of a {digit}").format(digit=name))
        + tile(heat(judged.error_map), alt=_("Where the two differ"))
        + f"<figcaption>{escape(name)}<br>{score_text(judged.score, judged.threshold)}</figcaption></figure>"
    )
