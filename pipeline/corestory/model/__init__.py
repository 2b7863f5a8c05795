"""The two stages: weights, scores, decisions, and how they are stored."""
