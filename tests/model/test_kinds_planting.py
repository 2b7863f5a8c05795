import numpy as np
import pandas as pd

from corestory.labelling.labelled import KINDS
from corestory.model.kinds_planting import LINES_A_STORY, ROWS_A_LINE, dealt_lines, with_planted_lines


def planted(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    core = (frame["label"] == "core").to_numpy()
    fold = pd.factorize(frame["site"])[0] % 5
    return with_planted_lines(frame, core, fold, np.random.default_rng(0))


def test_planted_lines_have_kinds_and_stand_among_the_rows_of_an_article(sample_frame: pd.DataFrame) -> None:
    frame, core, fold = planted(sample_frame)
    assert frame["text"].tolist()[: len(sample_frame)] == sample_frame["text"].tolist()
    assert len(frame) == len(core) == len(fold)
    made = frame.iloc[len(sample_frame) :].assign(core=core[len(sample_frame) :])
    known = set(sample_frame["text"])
    made = made.assign(planted=~made["text"].isin(known))
    lines = made[made["planted"]]
    assert 0 < len(lines) <= len(sample_frame) // ROWS_A_LINE
    assert set(lines["kind"]) <= set(KINDS)
    assert lines["role"].isna().all()
    assert not lines["core"].any()
    for _, article in made.groupby("article_id"):
        assert article["position"].tolist() == list(range(len(article)))
        assert article["planted"].sum() <= LINES_A_STORY
        assert article["language"].nunique() == 1
    assert made["core"].any()


def test_lines_of_one_template_are_for_one_half_of_the_folds(sample_frame: pd.DataFrame) -> None:
    dealt = dealt_lines(sample_frame, np.random.default_rng(0))
    halves: dict[tuple[str, int], set[int]] = {}
    for _, half, lines in dealt:
        for line in lines:
            halves.setdefault((line.language, line.template), set()).add(half)
    assert all(len(found) == 1 for found in halves.values())
    assert {half for _, half, _ in dealt} == {0, 1}
    assert sum(len(lines) for _, _, lines in dealt) > len(halves)


def test_a_table_without_languages_stays_as_it_is(sample_frame: pd.DataFrame) -> None:
    frame = sample_frame.drop(columns=["language"])
    found, core, _ = planted(frame)
    assert found is frame
    assert len(core) == len(frame)
