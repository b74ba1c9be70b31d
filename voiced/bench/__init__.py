"""Measurements that users can repeat: `voiced bench`. Nothing here runs in the daemon."""
