"""How ready accounts are to take the assistants of another one: on a screen and as a table."""
