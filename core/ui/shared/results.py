"""Measured figures as sentences. Nothing here is typed in: bundles and scores say it."""

from core.detection.evaluation import Evaluation, evaluate_digits
from core.ui.shared import loaders
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _
from core.views.numbers import percent


def measured(chosen: Chosen) -> Evaluation:
    """The chosen detector on MNIST's 10,000 test images."""
    scores = loaders.test_scores(chosen.name, chosen.detector.score)
    return evaluate_digits(scores, loaders.test_images().y, chosen.experiment, threshold=chosen.detector.threshold_)


def measured_sentence(chosen: Chosen) -> str:
    """What the chosen detector does with normal and with unseen test digits."""
    result = measured(chosen)
    values = {
        "alarms": percent(result.false_alarm_rate),
        "normals": f"{result.normals_n:,}",
        "detected": percent(result.detection_rate),
        "anomalies": f"{result.anomalies_n:,}",
        "auroc": "–" if result.auroc is None else f"{result.auroc:.3f}",
    }
    if not chosen.experiment.held_out:
        return _(
            "On MNIST’s test images it raises a false alarm on **{alarms}** of {normals} digits. "
            "It has learnt every digit, so none is left to detect."
        ).format(**values)
    return _(
        "On MNIST’s test images it detects **{detected}** of {anomalies} digits that it has never seen, with false "
        "alarms on **{alarms}** of {normals} digits that it knows (AUROC {auroc})."
    ).format(**values)


def article_figures() -> dict[str, str]:
    """The values that `article_figures.md` names, from the cards of the two article experiments."""
    only_1 = loaders.bundle("article-only-1").card.metrics
    without_0 = loaders.bundle("article-without-0").card.metrics
    zeros = only_1["anomalies"]["0"]
    return {
        "only_1_zeros": f"{zeros['flagged'] / zeros['n']:.3f}",
        "only_1_detection": f"{only_1['detection_rate']:.3f}",
        "only_1_alarms": percent(only_1["false_alarm_rate"]),
        "without_0_detection": f"{without_0['detection_rate']:.2f}",
        "without_0_alarms": percent(without_0["false_alarm_rate"]),
        "without_0_auroc": f"{without_0['auroc']:.2f}",
    }
