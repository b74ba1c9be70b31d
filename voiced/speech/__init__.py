"""What is spoken, where it can be cut, and what of it was heard. Pure."""
