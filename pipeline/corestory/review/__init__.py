"""Review: a person corrects the labels of tagged articles in the browser, or suspects in a file."""
