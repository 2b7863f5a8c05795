"""corestory: tells the story from the noise around it."""
