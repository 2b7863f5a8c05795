"""How fast WARC files are tagged, with how much memory, and what a kill costs: ``make benchmark-warc``."""
