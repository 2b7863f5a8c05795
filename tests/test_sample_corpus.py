"""The sample corpus is as its README describes it."""

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from corestory.labelling.labelled import KINDS, ROLES
from corestory.labelling.origins import find_samples, read_samples
from corestory.labelling.table import articles_frame

DATA = Path(__file__).parents[1] / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return articles_frame(read_samples(DATA / "sample", source="sample", refuse=pytest.fail))


def counted(name: str) -> tuple[int, ...]:
    """Numbers in a row of the README's tables."""
    (row,) = re.findall(rf"^\| `{name}` \|(.*)\|$", README, re.MULTILINE)
    return tuple(int(cell.replace(",", "")) for cell in row.split("|") if re.fullmatch(r" [\d,]+ ", cell))


def test_the_readme_counts_articles_sites_languages_and_pages_without_a_story(sample: pd.DataFrame) -> None:
    languages = sample.drop_duplicates("page")["language"].value_counts()
    stories = sample[sample["label"] == "core"]["page"].nunique()
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+\b", README.split("\n\n")[1])]

    assert numbers == [
        len(find_samples(DATA / "sample")),
        sample["site"].nunique(),
        len(sample),
        languages["en"],
        languages.sum() - languages["en"],
        len(languages) - 1,
        sample["page"].nunique() - stories,
    ]


def test_the_readme_counts_labels_kinds_and_roles(sample: pd.DataFrame) -> None:
    labels = Counter(sample["label"].fillna("skip"))
    sites = sample.groupby("kind")["site"].nunique()

    assert {name: counted(name) for name in labels} == {name: (count,) for name, count in labels.items()}
    assert {kind: counted(kind) for kind in KINDS} == {
        kind: (int((sample["kind"] == kind).sum()), sites[kind]) for kind in KINDS
    }
    assert {role: counted(role) for role in ROLES} == {role: (int((sample["role"] == role).sum()),) for role in ROLES}


def test_every_filler_line_has_a_kind_and_every_other_line_a_role(sample: pd.DataFrame) -> None:
    filler = sample["label"] == "filler"

    assert sample.loc[filler, "kind"].notna().all()
    assert sample.loc[~filler, "role"].notna().all()
    assert sample.loc[filler, "role"].isna().all()
    assert sample.loc[~filler, "kind"].isna().all()


def test_a_skipped_line_repeats_the_title(sample: pd.DataFrame) -> None:
    skipped = sample[sample["label"].isna()]

    assert (skipped["text"] == skipped["title"]).all()
