"""Work on many accounts at once: one plan, one report, one command to take it back."""
