"""The index of the allowed folders: kept by a program of its own, read by everything else.

``keeper`` writes it (walk, watch, text), ``lookup`` reads it; neither runs in the other's process.
"""
