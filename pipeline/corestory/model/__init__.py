"""The model: its weights, scores and decisions, and how it is stored."""
