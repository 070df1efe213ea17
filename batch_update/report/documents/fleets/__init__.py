"""The documents of commands about many accounts."""
