"""The two stages: fitted, chosen, stored and used."""
