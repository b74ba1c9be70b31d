"""An engine that is loaded when it is needed, once, and what it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from voiced.stages import Stage

__all__ = ["Spare"]

S = TypeVar("S", bound=Stage)


@dataclass(slots=True)
class Spare(Generic[S]):
    """``make`` makes the engine; it is loaded when it is first used."""

    name: str
    make: Callable[[], S]
    _engine: S | None = field(default=None, init=False)

    async def ready(self) -> S:
        """The engine, loaded and warmed.

        Raises:
            EngineError: It cannot be used; the next call tries again.
        """
        if self._engine is None:
            engine = self.make()
            try:
                await engine.prepare()
            except BaseException:
                await engine.aclose()
                raise
            self._engine = engine
        return self._engine

    async def aclose(self) -> None:
        """Free it, if it was loaded."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.aclose()
