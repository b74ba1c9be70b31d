"""How well typed sentences are understood: clean, misheard by one word, and meant for nobody."""
