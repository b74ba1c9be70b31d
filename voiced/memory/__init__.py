"""What is kept of turns: searched and erased as one, and for how long."""
