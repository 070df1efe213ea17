"""What starts jobs by itself: units for others, and a scheduler of our own."""
