"""Measures the accuracy of models on labelled paragraphs, with intervals."""
