"""Videos: cut and turned by ffmpeg, which is a program of its own and may not be there."""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from voiced.plugin import DURATION, Context, Effect, FileEntity, IntentFailed, Reply, intent
from voiced_intents.clock.words import length_words
from voiced_intents.files.names import split_extension
from voiced_intents.files.refusals import failed, said, told
from voiced_intents.files.roots import Spot

from .edit import version_name
from .library import area_of
from .settings import Settings
from .slot import VIDEO
from .versions import Version, carry_out, reply_with

__all__ = ["rotate_video", "trim_video"]

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_MUXERS = {
    ".mp4": ("mov", "mp4"), ".m4v": ("mov", "mp4"), ".mov": ("mov", "mov"),
    ".mkv": ("matroska", "matroska"), ".webm": ("matroska", "webm"), ".avi": ("avi", "avi"),
}  # fmt: skip
"""For each extension how ffmpeg reads and writes it; nothing else is tried."""

_TURNS = {90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}
_QUALITY = {".webm": ("-c:v", "libvpx-vp9", "-crf", "32", "-b:v", "0")}
_USUAL_QUALITY = ("-c:v", "libx264", "-crf", "18", "-preset", "fast", "-pix_fmt", "yuv420p")
_MEMORY_BYTES = 4 << 30
_LARGEST_BYTES = 64 << 30
_LOOK_S = 10.0
_DURATION = re.compile(rb"Duration: (\d+):(\d+):([\d.]+)")


@dataclass(frozen=True, slots=True)
class _Job:
    """What ffmpeg is to do: options before and after the name of its input."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def _program(settings: Settings) -> str:
    found = shutil.which(settings.ffmpeg)
    if found is None:
        raise failed(
            f"{settings.ffmpeg}: not installed",
            "I can't edit videos here, because the program ffmpeg is missing.",
            "install ffmpeg (on Debian or Ubuntu: sudo apt install ffmpeg)",
        )
    return found


def _formats(spot: Spot) -> tuple[str, str]:
    found = _MUXERS.get(split_extension(spot.name)[1].lower())
    if found is None:
        raise failed(
            "no video format that is edited",
            f"I can't edit videos of the kind of {said(spot.name)}.",
        )
    return found


def _run(source: Spot, target: int, job: _Job, settings: Settings) -> None:
    """Ffmpeg from one open file to another; it is given no name, and opens nothing else."""
    reads, writes = _formats(source)
    with source.opened(_READ) as opened:
        command = [
            *(_program(settings), "-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
            *("-protocol_whitelist", "file,pipe,fd", "-f", reads, *job.before),
            *("-i", f"/proc/self/fd/{opened}", "-map", "0:v:0", "-map", "0:a?"),
            *(*job.after, "-map_metadata", "0", "-f", writes, f"/proc/self/fd/{target}"),
        ]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(opened, target),
        )
        _waited_for(process, settings.max_video_s, said(source.name))


def _waited_for(process: subprocess.Popen[bytes], limit_s: float, name: str) -> None:
    with suppress(OSError, ValueError):  # it may have ended already
        resource.prlimit(process.pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (_LARGEST_BYTES, _LARGEST_BYTES))
    try:
        _, told_of = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise failed(
            "ffmpeg took longer than [photos] max_video_s",
            f"{name} took too long, so I stopped.",
            "raise max_video_s in the section [photos] of voiced.toml",
        ) from error
    _refuse_full(told_of, name)  # of a full disk it tells, and ends as if all were well
    if process.returncode:
        raise failed(
            f"ffmpeg ended with exit code {process.returncode}",
            f"{name} could not be edited. It may be damaged.",
        )


def _refuse_full(told_of: bytes, name: str) -> None:
    """Where the disk was full, that is said, and not that the video may be damaged."""
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        if os.strerror(number).encode() in told_of:
            with told(name):
                raise OSError(number, os.strerror(number))


def _length_s(source: Spot, settings: Settings) -> float | None:
    """How long a video is, as ffmpeg tells it; None where it does not."""
    reads, _ = _formats(source)
    with source.opened(_READ) as opened:
        command = [
            *(_program(settings), "-nostdin", "-hide_banner"),
            *("-protocol_whitelist", "file,pipe,fd", "-f", reads),
            *("-i", f"/proc/self/fd/{opened}"),
        ]
        with suppress(OSError, subprocess.TimeoutExpired):
            told_of = subprocess.run(
                command,
                check=False,  # without an output it always ends with an error
                stdin=subprocess.DEVNULL,
                capture_output=True,
                pass_fds=(opened,),
                timeout=_LOOK_S,
            ).stderr
            found = _DURATION.search(told_of)
            if found is not None:
                hours, minutes, seconds = (float(part) for part in found.groups())
                return 3600 * hours + 60 * minutes + seconds
    return None


def _refuse_longer(source: Spot, settings: Settings, start_s: float, stop_s: float | None) -> None:
    """Where nothing would be cut off, or nothing left, that is said."""
    length_s = _length_s(source, settings)
    if length_s is None:
        return
    if start_s >= length_s or (stop_s is not None and not start_s and stop_s >= length_s):
        whole = length_words(round(length_s))
        raise failed("the video is shorter than that", f"{said(source.name)} is {whole} long.")


async def _version(context: Context, video: FileEntity, job: _Job, done: str) -> Reply:
    settings = context.settings(Settings)
    spot = (await context.in_worker(area_of, context)).spot(video.path)
    _formats(spot)
    _program(settings)
    new = await context.in_worker(_free, spot, done)
    version = Version(spot, new, lambda target: _run(spot, target, job, settings))
    name = said(spot.name)
    await carry_out(context, version, f"{done} {name}")
    text = f"{done.capitalize()} {name}. The new version is {said(new.name)}."
    return await reply_with(context, text, new)


def _free(spot: Spot, done: str) -> Spot:
    extension = split_extension(spot.name)[1]

    def is_taken(name: str) -> bool:
        return spot.parent.child(name).exists()

    return spot.parent.child(version_name(spot.name, (done,), extension, is_taken))


async def rotate_video(context: Context, video: FileEntity, degrees: float) -> Reply:
    """Turn a video by a quarter or a half; its picture is encoded anew.

    Raises:
        IntentError: Another angle, no ffmpeg, or it failed.
    """
    turn = _TURNS.get(int(degrees) % 360) if degrees == int(degrees) else None
    if turn is None:
        raise failed("no quarter turn", "I can turn a video only by quarters.")
    extension = split_extension(video.path.name)[1].lower()
    codec = _QUALITY.get(extension, _USUAL_QUALITY)
    job = _Job(after=("-vf", turn, *codec, "-c:a", "copy"))
    return await _version(context, video, job, "rotated")


@intent(
    "photos.trim_video",
    sentences=[
        "(trim|cut|shorten) {video} [down] to [the] first {first}",
        "(keep|save) [only] the first {first} of {video}",
        "(trim|cut) [off] the first {skipped} (off|from|of) {video}",
        "(trim|cut) {video} from {skipped} to {end}",
    ],
    effect=Effect.W1,
    critical=["video"],
    examples=["trim the birthday video to the first thirty seconds"],
    deadline_s=3600.0,
)
async def trim_video(
    context: Context,
    video: Annotated[FileEntity, VIDEO],
    first: Annotated[timedelta | None, DURATION] = None,
    skipped: Annotated[timedelta | None, DURATION] = None,
    end: Annotated[timedelta | None, DURATION] = None,
) -> Reply:
    """Cut a video: its first part alone, without its first part, or from one moment to another."""
    start_s = skipped.total_seconds() if skipped else 0.0
    stop = first or end
    before = ("-ss", f"{start_s:.3f}") if start_s else ()
    after: tuple[str, ...] = ()
    if stop is not None:
        length_s = stop.total_seconds() - start_s
        if length_s <= 0:
            raise IntentFailed("it ends before it begins", spoken="That would leave nothing.")
        after = ("-t", f"{length_s:.3f}")
    if not before and not after:
        raise IntentFailed("no moment was said", spoken="Tell me from when to when.")
    spot = (await context.in_worker(area_of, context)).spot(video.path)
    settings, stop_s = context.settings(Settings), stop.total_seconds() if stop else None
    await context.in_worker(_refuse_longer, spot, settings, start_s, stop_s)
    return await _version(context, video, _Job(before, (*after, "-c", "copy")), "trimmed")
