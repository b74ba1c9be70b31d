"""Many small cases in one test: quicker than a test for each, and as clear where some fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

__all__ = ["every"]

_Test = Callable[..., None]


def every(names: str | Sequence[str], cases: Iterable[Any]) -> Callable[[_Test], _Test]:
    """As ``pytest.mark.parametrize``, but one test: all cases are tried, each that fails is named.

    For tests without fixtures, which neither skip nor change what another case looks at.
    """
    keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    table = [dict(zip(keys, case if len(keys) > 1 else (case,), strict=True)) for case in cases]

    def decorate(test: _Test) -> _Test:
        def tried(**given: Any) -> None:
            failures: list[BaseException] = []
            for case in table:
                try:
                    test(**given, **case)
                except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001 - all are told
                    told = ", ".join(f"{key} = {value!r:.200}" for key, value in case.items())
                    failure.add_note(f"with {told}")
                    failures.append(failure)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(table)} cases fail", failures)
            assert table

        tried.__name__, tried.__doc__ = test.__name__, test.__doc__
        tried.__module__, tried.__qualname__ = test.__module__, test.__qualname__
        return tried

    return decorate
