"""Short fits of the part that finds pages without a story: it has its own number of networks and of steps."""

import pytest


def shorten_article_network(patch: pytest.MonkeyPatch, *, members: int = 1, steps: int = 50) -> None:
    """Let fits in this process take so many networks and steps."""
    patch.setattr("corestory.training.article_network.MEMBERS", members)
    patch.setattr("corestory.training.article_network.STEPS", steps)
