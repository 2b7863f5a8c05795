"""How fast corestory is, against others on the same pages and with growing work: ``make benchmark``.

Every comparison is made in one run on one core, in turns over the same pages; model loading is left out.
"""
