"""Rules that need no training: a line's words, form, elements and neighbours show with near certainty what it is."""
