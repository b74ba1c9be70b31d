"""Plugins that are not built in run in processes of their own; here is our side and theirs.

What a plugin defines crosses as data, so that the grammar, the policy, the model's tools and the
help treat its intents like any other. A plugin that hangs, crashes, leaks, or writes what it must
not loses its process and nothing else. It is no sandbox: it runs as the user.

``host`` (with ``process``, ``mailbox``), ``calls``, ``remote`` and ``definitions`` are our side;
``child``, ``child_context`` and ``describing`` are theirs; both use ``source``, ``settings`` and
``wire``. Nothing is imported here, so that a plugin's process starts quickly.
"""
