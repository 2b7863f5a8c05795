"""How much better a model gets on a site by adapting to a few of its pages, and what that costs on other sites.

Run it from the checkout with ``python -m tests.benchmarks.adapt CORPORA``.
"""
