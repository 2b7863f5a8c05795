"""The accuracy of corestory and of known extractors on held-out sites.

Run it from the checkout with ``python -m tests.benchmarks.accuracy CORPORA``.
"""
