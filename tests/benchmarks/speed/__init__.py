"""The speed of corestory, compared with others on the same pages, and with growing inputs: ``make benchmark``.

Each comparison is made in one run on one core, in turns over the same pages, without the loading of models.
"""
