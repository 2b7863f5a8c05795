"""How much filler inside a story corestory removes, and how many story lines that look like filler it loses.

Run it from the checkout with ``python -m tests.benchmarks.plugs [CORPORA]``.
"""
