"""The share of filler inside stories that corestory removes, and of story lines that look like filler that it loses.

Run it from the checkout with ``python -m tests.benchmarks.plugs [CORPORA]``.
"""
