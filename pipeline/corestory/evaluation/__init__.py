"""Measures of the accuracy of models, with intervals."""
