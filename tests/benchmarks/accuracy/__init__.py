"""How well corestory tells the story from the noise, side by side with the known extractors, on sites held out.

Run it from the checkout with ``python -m tests.benchmarks.accuracy CORPORA``.
"""
