"""A fleet seen from its beginning to its end: waves of accounts, and what has it stop."""
