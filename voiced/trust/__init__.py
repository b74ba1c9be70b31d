"""How far a value may be trusted, by where it came from. Pure."""
