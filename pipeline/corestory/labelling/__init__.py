"""From labelled data of any kind to one table of labelled paragraphs."""
