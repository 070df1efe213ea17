"""Assistants carried over from one account to others: matched by name, with the ids of each account."""
