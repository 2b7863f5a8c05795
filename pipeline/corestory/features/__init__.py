"""The features of a batch of articles: words, shape, neighbourhood, topic, title and enclosing elements."""
