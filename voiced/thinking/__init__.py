"""From what was said to what is said back: a match, or the language model with its tools."""
