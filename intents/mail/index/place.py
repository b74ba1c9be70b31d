"""Where the index of an account lies, of what it is, and who keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_state_path
from pydantic import BaseModel, ConfigDict

from voiced_intents.files.index.place import is_kept, taken
from voiced_intents.mail.settings import Account, Settings

__all__ = ["Orders", "database", "folder_of", "is_kept", "orders_of", "outgoing_file", "taken"]


class Orders(BaseModel):
    """What the keeper is to keep: these accounts, in files in this folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
    accounts: Mapping[str, Account]
    texts: bool
    timeout_s: float

    def only(self, name: str) -> Orders:
        """For one of the accounts."""
        return self.model_copy(update={"accounts": {name: self.accounts[name]}})


def folder_of(settings: Settings) -> Path:
    """The folder of all that is kept of mail; it need not exist."""
    return (settings.folder or user_state_path("voiced") / "mail").expanduser()


def database(folder: Path, account: str) -> Path:
    """The file of the index of one account."""
    return folder / f"{account}.db"


def outgoing_file(settings: Settings) -> Path:
    """The file of the record of what is sent."""
    return folder_of(settings) / "sent" / "outgoing.db"


def orders_of(settings: Settings) -> Orders:
    """All accounts of these settings."""
    return Orders(
        folder=folder_of(settings),
        accounts=settings.accounts,
        texts=settings.index_text,
        timeout_s=settings.timeout_s,
    )
