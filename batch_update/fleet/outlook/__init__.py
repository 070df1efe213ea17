"""How far a fleet is, and what is to come of it: before it is sent, while it is, and once it ended."""
