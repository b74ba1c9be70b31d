"""The names of all that a browser can be asked to do; anything else is refused."""

__all__ = ["OPERATIONS"]

OPERATIONS = frozenset(
    """
    status.ping
    tabs.list tabs.open tabs.close tabs.reopen tabs.activate tabs.move tabs.set
    tabs.reload tabs.back tabs.forward
    windows.list windows.open windows.close
    bookmarks.list bookmarks.find bookmarks.folders bookmarks.add bookmarks.get bookmarks.remove
    bookmarks.restore
    history.find history.clear
    page.text page.find page.scroll page.links
    """.split()
)
