"""``python -m voiced.cli.reference`` prints docs/configuration.md."""

from __future__ import annotations

from voiced.config import IntentSettings, markdown
from voiced.registry import load_plugins

__all__ = ["page"]


def page() -> str:
    """The reference of every key of the core and of the built-in plugins.

    Raises:
        PluginError: A built-in plugin cannot be loaded, so that the page would lack it.
    """
    loaded = load_plugins(IntentSettings())
    for failure in loaded.failures:
        raise failure
    models = {
        plugin.name: plugin.settings_model
        for plugin in loaded.plugins
        if plugin.origin == "built-in" and plugin.settings_model is not None
    }
    return markdown(models)


if __name__ == "__main__":
    print(page(), end="")
