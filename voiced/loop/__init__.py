"""The loop: it hears, begins and ends turns, and speaks. Task groups and audio time live here."""
