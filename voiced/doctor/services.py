"""Servers and sound: is there an answer, a library, a sound server. Nothing is sent but a GET.

Whether a server's prompt cache holds is read from the turns that are kept.
"""

from __future__ import annotations

import ctypes.util
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from voiced.config import SecretSource
from voiced.doctor.checks import Check
from voiced.timeline import Timeline

__all__ = ["check_portaudio", "check_prompt_cache", "check_server", "check_sound_server"]

_ANSWER_S = 2.0
_REFUSED = (401, 403)
_FIRST_ERROR = 400
_LAST_REQUESTS = 50
_POOR_SHARE, _ENOUGH = 0.3, 5


def check_server(name: str, url: str, key: SecretSource, env: Mapping[str, str]) -> Check:
    """Whether an OpenAI-compatible server answers ``GET /models`` within 2 s."""
    import httpx  # noqa: PLC0415 - takes long, and only a configured server needs it

    if key.env and not env.get(key.env):
        reason = f"the variable {key.env} with the key of {url} is not set"
        return Check(name, ok=False, found=reason, mend=f"export {key.env}=...", is_needed=True)
    headers = {"Authorization": f"Bearer {env[key.env]}"} if key.env else {}
    try:
        answer = httpx.get(url.rstrip("/") + "/models", headers=headers, timeout=_ANSWER_S)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        reason = f"{url} does not answer: {type(error).__name__}"
        mend = "start the server, or change its url in voiced.toml"
        return Check(name, ok=False, found=reason, mend=mend, is_needed=True)
    status = answer.status_code
    if status in _REFUSED and key.command:
        return Check(name, ok=True, found=f"{url} answers; the key is not tried here")
    if status in _REFUSED:
        reason, mend = f"{url} refuses the key ({status})", "set key in voiced.toml"
        return Check(name, ok=False, found=reason, mend=mend, is_needed=True)
    if status >= _FIRST_ERROR:
        reason, mend = f"{url}/models answers {status}", "check the url: it ends in /v1"
        return Check(name, ok=False, found=reason, mend=mend, is_needed=True)
    return Check(name, ok=True, found=f"{url} answers", is_needed=True)


def check_prompt_cache(turns: Iterable[Timeline]) -> Check:
    """How much of the prompts the language model's server knew already, in the last requests."""
    name = "prompt cache"
    steps = [step.facts for turn in turns for step in turn.of("model_replied")][-_LAST_REQUESTS:]
    counts = [(each["prompt_tokens"], each["cached_tokens"]) for each in steps]
    told = [(prompt, cached) for prompt, cached in counts if cached is not None and prompt]
    if not told:
        reason = "the server does not count it" if steps else "not known: no turn used the model"
        return Check(name, ok=None, found=reason)
    share = sum(cached for _, cached in told) / sum(prompt for prompt, _ in told)
    found = f"{share:.0%} of the prompts of the last {len(told)} requests were known"
    if share < _POOR_SHARE and len(told) >= _ENOUGH:
        mend = "give the server another slot (llama-server: --parallel 2), or nobody else its slot"
        return Check(name, ok=None, found=found, mend=mend)
    return Check(name, ok=True, found=found)


def check_portaudio(*, is_needed: bool) -> Check:
    """Whether the library for microphone and loudspeaker is installed, where it is used."""
    if not is_needed:
        return Check("PortAudio", ok=None, found="not used: the sound server is asked itself")
    library = ctypes.util.find_library("portaudio")
    if library is None:
        mend = "sudo apt install libportaudio2"
        return Check("PortAudio", ok=False, found="the library is not installed", mend=mend)
    return Check("PortAudio", ok=True, found=library)


def check_sound_server(env: Mapping[str, str]) -> Check:
    """Whether a sound server listens, or the kernel has a sound card."""
    runtime = Path(env.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}"))
    places = {
        "PipeWire": runtime / "pipewire-0",
        "PulseAudio": runtime / "pulse" / "native",
        "ALSA": Path("/dev/snd"),
    }
    found = [name for name, place in places.items() if _is_there(place)]
    server = env.get("PULSE_SERVER", "")
    if server:
        found.append(f"PULSE_SERVER={server}")
    if not found:
        mend = "systemctl --user start pipewire pipewire-pulse, or sudo apt install pulseaudio"
        return Check("sound server", ok=False, found="none, and no sound card", mend=mend)
    return Check("sound server", ok=True, found=", ".join(found))


def _is_there(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:
        return False
