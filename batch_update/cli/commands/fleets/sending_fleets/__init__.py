"""The commands that send a fleet, and what they share."""
