"""The speed and the memory of tagging WARC files, and the cost of a kill: ``make benchmark-warc``."""
