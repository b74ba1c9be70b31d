"""Asking a running session from outside, and putting changed settings and plugins in force."""
