"""The processes of this machine that work on accounts of a fleet: the one that hands them out, and further ones."""
