"""Review in the browser: a person reads tagged articles and corrects their labels."""
