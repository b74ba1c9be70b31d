"""The local page: a program of its own, which asks the daemon as any other program does.

It shows what the daemon tells and what the journal and the turn store keep. What changes something
in the daemon is an order on the control socket; this package opens no microphone and no model.
"""
