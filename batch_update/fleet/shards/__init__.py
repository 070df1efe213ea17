"""One account of a fleet, worked on by whoever holds its lease."""
