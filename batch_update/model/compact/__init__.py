"""Outcomes and changes in less memory, for as long as many wait to be sent and read back."""
