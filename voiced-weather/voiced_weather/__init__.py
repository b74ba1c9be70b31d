"""The plugin weather: what can be said, and what is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voiced.plugin import TEXT, Context, Effect, Reply, intent


class Settings(BaseModel):
    """The section [weather] of voiced.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: str = Field("Hello", description="The word that greets.")


@intent(
    "weather.greet",
    sentences=["[please] let weather greet {text:person}"],
    effect=Effect.R0,
    examples=["let weather greet Maria"],
)
async def greet(context: Context, person: Annotated[str, TEXT]) -> Reply:
    """Greet somebody."""
    settings = context.settings(Settings)
    return Reply(f"{settings.greeting}, {person}!")
