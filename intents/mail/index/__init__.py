"""The index of the mail: kept by a program of its own, read by everything else.

``keeper`` writes it (``sync`` compares it with the server), ``lookup`` reads it. It holds headers,
the names of files, and which words a text has; the texts themselves stay on the server.
"""
