"""What a request may change, fixed before text from outside is read; and that text read apart."""
