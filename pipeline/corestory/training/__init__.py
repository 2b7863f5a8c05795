"""Fits the model and chooses its settings, out of fold; adapts a model to a few labelled articles."""
