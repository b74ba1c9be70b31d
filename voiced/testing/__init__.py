"""Public tools for tests: virtual time, signals, fakes, scripts, traces, conformance, servers."""
