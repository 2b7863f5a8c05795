"""Rules that need no training: what a line's words, form, elements and neighbours tell with near certainty."""
