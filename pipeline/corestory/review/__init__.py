"""Lets a person correct the labels of tagged articles in the browser, or suspects in a CSV file."""
