"""The gain on a site by adapting a model to a few of its pages, and the loss on other sites.

Run it from the checkout with ``python -m tests.benchmarks.adapt CORPORA``.
"""
