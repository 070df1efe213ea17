"""The forms of units: one file each, with its text in the folder of templates."""
