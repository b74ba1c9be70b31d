"""Our certificate for satellites: made here once, signed by itself, known by its fingerprint."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from voiced.errors import ModelMissing, VoicedError
from voiced.private_files import locked, make_empty

__all__ = ["certificate_in", "known_by", "serving_with"]

_FILE = "certificate.pem"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_YEARS = 50
"""It is known by its fingerprint, not by its dates."""


def certificate_in(folder: Path) -> bytes:
    """The certificate (DER) in the folder, made if there is none. Blocks.

    Raises:
        ModelMissing: There is none, and the library that makes one is not installed.
        VoicedError: What is there is none, or it cannot be read or written.
    """
    path = folder / _FILE
    try:
        if not path.exists():
            with locked(folder):
                if not path.exists():
                    _make(path)
        text = path.read_text("ascii", errors="replace")
    except OSError as error:
        raise VoicedError(
            f"{path}: the certificate for satellites: {error.strerror or error}",
            mend="free some space, or mend the folder's owner and permissions",
        ) from error
    begin, end = text.find(_BEGIN), text.find(_END)
    if begin < 0 or end < 0:
        raise VoicedError(
            f"{path}: this is no certificate",
            mend="remove that file, and add the satellites again",
        )
    return ssl.PEM_cert_to_DER_cert(text[begin : end + len(_END)] + "\n")


def serving_with(folder: Path) -> ssl.SSLContext:
    """TLS as we speak it to satellites. Blocks.

    Raises:
        VoicedError: See ``certificate_in``.
    """
    certificate_in(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(folder / _FILE)
    except OSError as error:  # ssl.SSLError among them
        raise VoicedError(
            f"{folder / _FILE}: this certificate has no key that fits",
            mend="remove that file, and add the satellites again",
        ) from error
    return context


def known_by() -> ssl.SSLContext:
    """TLS as a satellite speaks it: whom it speaks to is seen by the fingerprint, afterwards."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _make(path: Path) -> None:
    try:
        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import NameOID  # noqa: PLC0415
    except ImportError as error:
        raise ModelMissing(
            "the library that makes certificates is not installed",
            stage="satellites",
            spoken="I can't let satellites in: a library is missing.",
            mend="pip install 'voiced[satellites]'",
        ) from error
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "voiced")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    make_empty(new)
    with new.open("wb") as file:
        file.write(secret + certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
