"""How accurate a tagger is, and how sure that is."""
