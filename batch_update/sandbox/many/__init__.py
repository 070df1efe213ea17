"""A sandbox with many accounts on one port: each with a key, assistants, windows and troubles of its own."""
