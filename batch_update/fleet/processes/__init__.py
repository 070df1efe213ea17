"""Further processes of this machine that work on accounts of a fleet, beside the one that hands them out."""
