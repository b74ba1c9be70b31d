"""One connection to the IMAP server of an account, and commands that survive its drops. Blocks.

``repeat`` is for what may be done twice, ``once`` for what may not: after a drop, that one says
``Dropped``, and who called looks at the server before it goes on. ``folders``, ``moving`` and
``drafts`` are built on these two, and on nothing else of the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from imaplib import IMAP4
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from voiced.plugin import IntentError

from .oauth import Key
from .refusals import Dropped, Gone, SignInRefused, nonsense, refused, sign_in_refused, unreachable
from .settings import Account
from .tls import context_of

if TYPE_CHECKING:
    from imapclient import IMAPClient

__all__ = ["Client", "Session", "sign_in"]

Client: TypeAlias = "IMAPClient"

T = TypeVar("T")

_TRIES = 3
_NONSENSE = (ValueError, LookupError, TypeError, AssertionError, AttributeError)
"""What parsers raise at bytes that are no IMAP."""


class Session:
    """A signed-in connection, opened when it is first needed and again after a drop.

    Attributes:
        name: What the account is called.
        account: The account.
    """

    def __init__(self, key: Key, *, timeout_s: float = 20.0) -> None:
        self.name = key.name
        self.account = key.account
        self._key = key
        self._timeout_s = timeout_s
        self._client: Any = None
        self._folder: tuple[str, bool] | None = None
        self._found: Mapping[bytes, Any] = {}
        self._lacking: set[str] = set()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up, politely where that is quick."""
        client, self._client, self._folder = self._client, None, None
        if client is not None:
            with suppress(OSError, IMAP4.error, *_NONSENSE):
                client.socket().settimeout(1.0)
                client.logout()
            with suppress(OSError, IMAP4.error, *_NONSENSE):
                client.shutdown()

    def has(self, capability: str) -> bool:
        """Whether the server says that it can do this, and has not failed at it."""
        if capability in self._lacking:
            return False
        return bool(self.repeat(lambda client: client.has_capability(capability)))

    def lacks(self, capability: str) -> None:
        """Note that the server cannot do what it says it can."""
        self._lacking.add(capability)

    def once(self, action: Callable[[Any], T], folder: str = "", *, writes: bool = True) -> T:
        """Do what must not be done twice.

        Args:
            action: Gets the client, with the folder selected.
            folder: The folder to select first; empty: none.
            writes: Whether it is selected for writing.

        Raises:
            Dropped: The connection went away after the action began: look, then decide.
            IntentError: The server cannot be reached, or says no.
        """
        client = self._ready(folder, writes=writes)
        with self._told():
            return action(client)

    def repeat(self, action: Callable[[Any], T], folder: str = "", *, writes: bool = False) -> T:
        """Do what may be done twice, as often as it takes.

        Raises:
            Dropped: The connection went away again and again.
            IntentError: The server cannot be reached, or says no.
        """
        for attempt in range(_TRIES):
            try:
                return self.once(action, folder, writes=writes)
            except Dropped:
                if attempt == _TRIES - 1:
                    raise
        raise AssertionError("a try either returns or raises")

    def opened(self, folder: str) -> Mapping[bytes, Any]:
        """Open a folder for reading, anew: its UIDVALIDITY, and how much is in it.

        Raises:
            Gone: It cannot be opened.
            IntentError: The server cannot be reached, or says no.
        """
        self._folder = None
        return self.repeat(lambda _client: self._found, folder)

    def _ready(self, folder: str, *, writes: bool) -> Any:
        """The client, with that folder selected. Nothing has been changed if this raises."""
        for attempt in range(_TRIES):
            try:
                if self._client is None:
                    self._client = sign_in(self._key, self._timeout_s)
                if folder and self._folder not in ((folder, writes), (folder, True)):
                    self._select(folder, writes=writes)
            except Dropped:
                if attempt == _TRIES - 1:
                    raise
            else:
                return self._client
        raise AssertionError("a try either returns or raises")

    def _select(self, folder: str, *, writes: bool) -> None:
        self._folder = None
        with self._told():
            try:
                self._found = self._client.select_folder(folder, readonly=not writes)
            except IMAP4.abort:
                raise
            except IMAP4.error as error:
                gone = f"I can't open the folder {folder} of {self.name}."
                raise Gone("the folder cannot be selected", spoken=gone) from error
        self._folder = (folder, writes)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntentError:
            raise
        except (IMAP4.abort, OSError, EOFError) as error:
            self._drop()
            raise _dropped(error, self.name) from error
        except IMAP4.error as error:
            if type(error).__name__ == "ProtocolError":
                self._drop()
                raise nonsense(error, self.name) from error
            raise refused(error, self.name) from error
        except _NONSENSE as error:
            self._drop()
            raise nonsense(error, self.name) from error

    def _drop(self) -> None:
        client, self._client, self._folder = self._client, None, None
        with suppress(OSError, IMAP4.error, *_NONSENSE):
            client.shutdown()


def _dropped(error: BaseException, name: str) -> Dropped:
    return Dropped(
        f"the connection to the mail server broke: {type(error).__name__}",
        spoken=f"The connection to the mail server of {name} broke.",
    )


def sign_in(key: Key, timeout_s: float) -> Any:
    """A client that is signed in, over TLS.

    Raises:
        SignInRefused: The password or the token was refused.
        Dropped: The server hung up in the middle.
        IntentError: It cannot be reached, offers no encryption, or has a wrong certificate.
    """
    client = _connected(key.account, timeout_s)
    try:
        _authenticate(client, key)
    except BaseException:
        with suppress(OSError, IMAP4.error, *_NONSENSE):
            client.shutdown()
        raise
    return client


def _connected(account: Account, timeout_s: float) -> Any:
    from imapclient import IMAPClient  # noqa: PLC0415 - slow, and only mail needs it

    context = context_of(account)
    is_tls = account.imap_tls == "tls"
    try:
        client = IMAPClient(
            account.imap_host,
            port=account.imap_port,
            ssl=is_tls,
            ssl_context=context if is_tls else None,
            timeout=timeout_s,
        )
        if not is_tls:
            try:
                client.starttls(context)
            except BaseException:
                with suppress(OSError, IMAP4.error):
                    client.shutdown()
                raise
    except (IMAP4.abort, EOFError, ConnectionResetError, BrokenPipeError) as error:
        raise _dropped(error, account.imap_host) from error
    except (IMAP4.error, OSError) as error:
        raise unreachable(error, account.imap_host) from error
    except _NONSENSE as error:
        raise nonsense(error, account.imap_host) from error
    return client


def _authenticate(client: Any, key: Key) -> None:
    if not key.is_token:
        _try(client, key, key.password())
        return
    try:
        _try(client, key, key.token())
    except SignInRefused:
        _try(client, key, key.token(anew=True))


def _try(client: Any, key: Key, secret: str) -> None:
    user = key.account.login
    try:
        if not key.is_token:
            _with_password(client, user, secret)
        elif client.has_capability("AUTH=XOAUTH2"):
            client.oauth2_login(user, secret)
        else:
            client.oauthbearer_login(user, secret)
    except (TimeoutError, IMAP4.abort, OSError, EOFError) as error:
        raise _dropped(error, key.name) from None
    except IMAP4.error as error:
        if isinstance(error.__context__, IMAP4.abort | OSError):
            raise _dropped(error, key.name) from None
        if "UNAVAILABLE" in str(error).upper():
            raise refused(error, key.name) from None
        # the error may hold what was sent
        raise sign_in_refused(key.name, is_token=key.is_token, host=key.account.imap_host) from None
    except _NONSENSE as error:
        raise nonsense(error, key.name) from None


def _with_password(client: Any, user: str, password: str) -> None:
    """LOGIN is what servers test; the other is for what it cannot say, or where it is off."""
    is_plain_text = f"{user}{password}".isascii() and not client.has_capability("LOGINDISABLED")
    if is_plain_text:
        client.login(user, password)
    else:
        client.plain_login(user, password)
