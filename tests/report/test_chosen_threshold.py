import pandas as pd

from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.operating_point import Aim, Goal, choose_threshold
from corestory.evaluation.results import Settings
from corestory.report.chosen_threshold import operating_point_text


def text_of(goal):
    frame = pd.DataFrame(
        {
            "article_id": ["a", "a", "b", "b"] * 5,
            "text": ["It rained all day.", "Share", "It snowed.", "Next"] * 5,
            "label": ["core", "filler"] * 10,
            "score": [0.9, 0.2, 0.6, 0.7] * 5,
        }
    )
    point = choose_threshold(labelled_rows(frame), goal, settings=Settings(None, 100, 0, 0.95))
    return operating_point_text(point, split="validation")


def test_the_threshold_its_goal_and_its_cost_stand_beside_the_choice_by_article():
    lines = text_of(Goal(Aim.CORE_RECALL, 1.0)).splitlines()
    assert lines[0] == "Core from a score of 0.4, chosen on the split validation for: core recall of at least 1."
    assert lines[1].startswith("20 labelled paragraphs of 2 articles; ")
    assert lines[3].split() == ["from", "0.4", "the", "model,", "by", "article"]
    (kept,) = (line for line in lines if line.startswith("of 100 words of story kept"))
    assert kept.split()[-2:] == ["100.0", "100.0"]
    (removed,) = (line for line in lines if line.startswith("of 100 words of filler removed"))
    assert "50.0" in removed


def test_the_best_f1_has_no_bound():
    assert "for: best F1 of core." in text_of(Goal(Aim.BEST_F1))
