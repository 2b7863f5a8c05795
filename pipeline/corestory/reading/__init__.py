"""Articles from files: bytes to text, text and HTML to paragraphs."""
