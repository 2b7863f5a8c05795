"""Review in the browser: a person reads tagged articles and puts their labels right."""
