"""The program between a browser and voiced: the browser starts it, and ends it with itself.

It imports nothing of voiced, so that it is there at once and stays small.
"""
