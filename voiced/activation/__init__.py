"""What makes voiced listen: whether what is heard is for it, and the keys that say so."""
