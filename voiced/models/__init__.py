"""Models and voices: which there are, from the network, from files at hand."""
