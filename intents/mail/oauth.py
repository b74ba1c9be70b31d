"""OAuth 2: a refresh token is changed for one that works for an hour. RFC 6749, 7628.

The tokens that work are kept in memory alone.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, ValidationError

from voiced.plugin import IntentFailed

from .keys import keep_secret, secret_of
from .refusals import failed, sign_in_refused
from .settings import Account, OAuth
from .tls import context_of

__all__ = ["Key", "oauthbearer", "xoauth2"]

_EARLY_S = 60.0
_MOST_BYTES = 64 * 1024
_SHORTEST_S, _LONGEST_S = 60.0, 86_400.0
_REFUSED = (400, 401, 403)
_OK = 200


class _Granted(BaseModel):
    model_config = ConfigDict(extra="ignore")

    access_token: str
    expires_in: float = 3600.0
    refresh_token: str = ""


@dataclass(slots=True)
class Key:
    """What signs in to one account: its password, or a token that is renewed when it is due."""

    name: str
    account: Account
    timeout_s: float = 20.0
    _token: str = field(default="", init=False, repr=False)
    _until_s: float = field(default=0.0, init=False)

    @property
    def is_token(self) -> bool:
        """Whether it is a token."""
        return self.account.oauth is not None

    def password(self) -> str:
        """The password.

        Raises:
            IntentError: As ``secret_of``.
        """
        return secret_of(self.name, self.account)

    def token(self, *, anew: bool = False) -> str:
        """A token that works now.

        Args:
            anew: The one from before was refused: get another.

        Raises:
            SignInRefused: The refresh token has expired or was taken back.
            IntentError: The provider cannot be reached; or as ``secret_of``.
        """
        if self.account.oauth is None:
            raise failed("the account has no oauth", "That account signs in with a password.")
        if anew or not self._token or time.monotonic() >= self._until_s:
            self._renew(self.account.oauth)
        return self._token

    def _renew(self, oauth: OAuth) -> None:
        refresh = secret_of(self.name, self.account)
        granted = self._asked(oauth, refresh)
        self._token = granted.access_token
        lasts_s = min(max(granted.expires_in, _SHORTEST_S), _LONGEST_S)
        self._until_s = time.monotonic() + lasts_s - _EARLY_S
        if granted.refresh_token not in ("", refresh) and not self.account.secret_command:
            keep_secret(self.name, self.account, granted.refresh_token)

    def _asked(self, oauth: OAuth, refresh: str) -> _Granted:
        import httpx  # noqa: PLC0415 - only a token needs it

        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            "client_id": oauth.client_id,
            "client_secret": oauth.client_secret,
            "scope": oauth.scope,
        }
        try:
            response = httpx.post(
                oauth.token_url,
                data={name: value for name, value in form.items() if value},
                timeout=self.timeout_s,
                verify=context_of(self.account),
            )
        except httpx.HTTPError as error:
            raise self._no_answer(type(error).__name__) from None  # it may hold the token
        if response.status_code in _REFUSED:
            raise sign_in_refused(self.name, is_token=True, host=self.account.imap_host)
        try:
            if response.status_code != _OK or len(response.content) > _MOST_BYTES:
                raise self._no_answer(str(response.status_code))
            return _Granted.model_validate_json(response.content)
        except ValidationError:
            raise self._no_answer("no token in it") from None

    def _no_answer(self, why: str) -> IntentFailed:
        return failed(
            f"the provider of the mail account gave no token: {why}",
            f"I can't renew the sign-in to {self.name} now.",
            "try again later; check token_url in [mail.accounts.NAME.oauth]",
        )


def xoauth2(user: str, token: str) -> str:
    """What is sent for XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def oauthbearer(user: str, token: str) -> str:
    """What is sent for OAUTHBEARER."""
    escaped = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={escaped},\x01auth=Bearer {token}\x01\x01"
