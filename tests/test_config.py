import os
import random
import tomllib
from pathlib import Path

import pytest
from cases import every
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from voiced.cli.reference import page
from voiced.config import Config, TurnSettings, describe, load, markdown, plugin_settings
from voiced.config.reference import as_toml
from voiced.errors import ConfigError

VALID = """\
[audio]
microphone = "default"
min_level_dbfs = -45.5

[turns]
end_silence_ms = 500

[responder]
url = "http://127.0.0.1:8080/v1"
key = { env = "MODEL_KEY" }

[intents]
disabled = ["talk"]

[journal]
transcripts = true

[files]
roots = ["/srv"]
"""


class Files(BaseModel):
    """Files."""

    roots: tuple[Path, ...] = Field((), description="Folders.")
    max_files: int = Field(10, ge=1, description="At most.")


def files_only(_choice):
    return ["files"]


def load_text(tmp_path, text, env=None):
    path = tmp_path / "voiced.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, env or {}, files_only)


def refusal(tmp_path, text, env=None):
    with pytest.raises(ConfigError) as caught:
        load_text(tmp_path, text, env)
    assert "\n" not in caught.value.message
    return caught.value


def test_no_file_is_all_defaults(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    loaded = load(None, {}, files_only)
    assert loaded.config == Config()
    assert loaded.path is None
    assert set(loaded.sources.values()) == {"default"}
    assert "turns.end_silence_ms" in loaded.sources


def test_users_own_file_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "voiced").mkdir()
    (tmp_path / "voiced" / "voiced.toml").write_text("[turns]\nspeech_ms = 80\n")
    loaded = load(None, {}, files_only)
    assert loaded.config.turns.speech_ms == 80
    assert loaded.path == tmp_path / "voiced" / "voiced.toml"


def test_file_and_environment_and_their_sources(tmp_path):
    env = {"VOICED_TURNS__END_SILENCE_MS": "700", "VOICED_FILES__MAX_FILES": "5", "HOME": "/x"}
    loaded = load_text(tmp_path, VALID, env)
    assert loaded.config.turns == TurnSettings(end_silence_ms=700)
    assert loaded.config.responder.key.env == "MODEL_KEY"
    assert loaded.sources["turns.end_silence_ms"] == "environment"
    assert loaded.sources["audio.min_level_dbfs"] == "file"
    assert loaded.sources["responder.key.env"] == "file"
    assert loaded.sources["responder.key.command"] == "default"
    assert loaded.sources["files.max_files"] == "environment"
    found = plugin_settings(loaded.config, "files", Files, loaded.file)
    assert found == Files(roots=(Path("/srv"),), max_files=5)


@every(
    ("variable", "text", "key", "value"),
    [
        ("VOICED_JOURNAL__TRANSCRIPTS", "True", "journal.transcripts", True),
        ("VOICED_AUDIO__MICROPHONE", "600", "audio.microphone", "600"),
        ("VOICED_AUDIO__DETECTOR", "silero", "audio.detector", "silero"),
        ("VOICED_AUDIO__MIN_LEVEL_DBFS", "-40", "audio.min_level_dbfs", -40.0),
        ("VOICED_INTENTS__DISABLED", "a, b", "intents.disabled", ("a", "b")),
        ("VOICED_INTENTS__DISABLED", '["a", "b"]', "intents.disabled", ("a", "b")),
        ("VOICED_INTENTS__DISABLED", "", "intents.disabled", ()),
        ("VOICED_INTENTS__FOLDER", "", "intents.folder", None),
        ("VOICED_RESPONDER__TEMPERATURE", "", "responder.temperature", None),
        ("VOICED_RESPONDER__TEMPERATURE", "0.5", "responder.temperature", 0.5),
        ("VOICED_RESPONDER__KEY__COMMAND", "pass show x", "responder.key.command", "pass show x"),
    ],
)
def test_environment_is_written_without_quotes(variable, text, key, value):
    section, *path = key.split(".")
    found = getattr(load(Path(os.devnull), {variable: text}, files_only).config, section)
    for part in path:
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize(
    ("text", "key", "reason", "mend"),
    [
        ("[turn]\nspeech_ms = 1\n", "[turn]", "unknown section", "[turns]"),
        ("[page]\nport = 1\n", "[page]", "unknown section", ""),
        ("[plugins]\nx = 1\n", "[plugins]", "unknown section", ""),
        ("[turns]\nend_silence = 1\n", "turns.end_silence", "unknown key", "end_silence_ms"),
        ("[responder.key]\nenvv = 'X'\n", "responder.key.envv", "unknown key", "key.env"),
        ("[turns]\n'a\\nb' = 1\n", "turns.'a\\\\nb'", "unknown key", "known are"),
        ("speech_ms = 60\n", "speech_ms", "outside of any section", "[turns]"),
        ("turns = 3\n", "turns", "must be a section: [turns]", ""),
        ("[turns]\nend_silence_ms = '5'\n", "turns.end_silence_ms", "a whole number, not text", ""),
        ("[turns]\nend_silence_ms = 0.5\n", "turns.end_silence_ms", "must be a whole number", ""),
        ("[activation]\nnames = []\n", "activation.names", "must have at least 1 in it", ""),
        ("[turns]\nend_silence_ms = true\n", "turns.end_silence_ms", "number, not true", ""),
        ("[turns]\nend_silence_ms = 5\n", "turns.end_silence_ms", "or equal to 100, not 5", ""),
        ("[turns]\nmax_utterance_s = nan\n", "turns.max_utterance_s", "finite", ""),
        ("[audio]\nmicrophone = 5\n", "audio.microphone", "text in quotes, not 5", ""),
        ("[audio]\nmicrophone = 1979-05-27\n", "audio.microphone", "text in quotes", ""),
        ("[audio]\ndetector = 'x'\n", "audio.detector", "must be 'webrtc' or 'silero'", ""),
        ("[responder]\nkey = 'sk-1'\n", "responder.key", "a table, not text", "env ="),
        ("[intents]\ndisabled = 'talk'\n", "intents.disabled", "must be a list, not text", ""),
        ("[intents]\nfolder = '/nowhere/at/all'\n", "intents.folder", "no folder", "make it"),
        ("[intents]\nfolder = 'here'\n", "intents.folder", "absolute", ""),
        ("[intents]\nfolder = '~nobody-of-that-name/x'\n", "intents.folder", "home", ""),
        ('[intents]\nfolder = "/a\\u0000b"\n', "intents.folder", "no folder", ""),
        ("[journal]\nfolder = '/nowhere/at/all'\n", "journal.folder", "no folder /nowhere/at", ""),
        ("[responder]\nurl = 'garbage'\n", "responder.url", "must be a plain http", ""),
        ("[responder]\nurl = 'http://[::1'\n", "responder.url", "must be a plain http", ""),
        ("[responder]\nurl = 'http://h:99999/v1'\n", "responder.url", "must be a plain http", ""),
        ("[responder]\nurl = 'http://a b/v1'\n", "responder.url", "must be a plain http", ""),
        ("[responder]\nurl = 'http://u:sk-1@h/v1'\n", "responder.url", "without password", ""),
        ("[transcriber]\nurl = 'ftp://h'\n", "transcriber.url", "must be a plain http", ""),
        (
            "[turns]\nearly_end_ms = 2000\npatient_end_ms = 100\n",
            "turns.early_end_ms",
            "early_end_ms is 2000, but patient_end_ms only 100",
            "not be less",
        ),
        ("[turns]\npatient_end_ms = 300\n", "turns.patient_end_ms", "complete_end_ms is 350", ""),
        ("[turns]\nend_silence_ms = 1900\n", "turns.end_silence_ms", "only 1800", "not be less"),
        ("[trace]\nkeep_turns = 0\nsound = true\n", "trace.sound", "not kept", "above 0"),
        ("[turns\n", "line 1", "not TOML", ""),
        ("[turns]\nx = = 1\n", "line 2", "not TOML", ""),
        (b"[turns]\nx = '\xff'\n", "", "is not UTF-8", ""),
        (f"x = {'[' * 5000}", "", "not TOML: nested too deep", ""),
        (f"[turns]\nspeech_ms = {'9' * 5000}\n", "", "not TOML", ""),
        (f"[turns]\nspeech_ms = {'9' * 400}\n", "turns.speech_ms", "must be", ""),
        ("#" * (1 << 20) + "\n", "", "larger than 1 MiB", ""),
    ],
)
def test_mistake_in_the_file(tmp_path, text, key, reason, mend):
    error = refusal(tmp_path, text)
    assert error.file == str(tmp_path / "voiced.toml")
    assert key in error.key
    assert reason in error.reason
    assert mend in error.mend
    assert "sk-1" not in str(error)


@pytest.mark.parametrize(
    ("variable", "text", "reason", "mend"),
    [
        ("VOICED_TURNS__END_SILENCE", "5", "unknown key", "VOICED_TURNS__END_SILENCE_MS"),
        ("VOICED_TURNS__END_SILENCE_MS", "x", "whole number, not text", ""),
        ("VOICED_TURNS__END_SILENCE_MS", "5\ny = 1", "whole number, not text", ""),
        ("VOICED_TURNS__END_SILENCE_MS", "5", "not 5", ""),
        ("VOICED_TURNS__END_SILENCE_MS", "1900", "patient_end_ms only 1800", "not be less"),
        ("VOICED_RESPONDER__KEY", "sk-1", "a table, not text", "env ="),
        ("VOICED_INTENTS__FOLDER", "/nowhere/at/all", "no folder", ""),
        ("VOICED_AUDIO__MICROPHONE", "\udcff", "", ""),
    ],
)
def test_mistake_in_the_environment(tmp_path, variable, text, reason, mend):
    error = refusal(tmp_path, "", {variable: text})
    if reason:
        assert (error.file, error.key) == ("environment", variable)
    assert reason in error.reason
    assert mend in error.mend
    assert "sk-1" not in str(error)


def test_unknown_section_in_the_environment(tmp_path):
    assert refusal(tmp_path, "", {"VOICED_TURN__X": "1"}).reason == "unknown section"
    assert refusal(tmp_path, "", {"VOICED___X": "1"}).reason == "unknown section"


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_users_own_file_that_is_no_file_is_not_passed_over(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "voiced" / "voiced.toml"
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / "gone")
    with pytest.raises(ConfigError, match=r"is not a file|cannot be read") as caught:
        load(None, {}, files_only)
    assert caught.value.file == str(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    loaded = load_text(tmp_path, b"\xef\xbb\xbf[turns]\nspeech_ms = 80\n")
    assert loaded.config.turns.speech_ms == 80


def test_what_a_key_must_be_is_told_whole(tmp_path):
    error = refusal(tmp_path, "[responder]\nurl = 'garbage'\n")
    assert error.reason.endswith("without password and query")


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml", {}, files_only)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {}, files_only)


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[files]\nroot = []\n", "files.root", "unknown key"),
        ("[files]\nmax_files = 0\n", "files.max_files", "not 0"),
        ("[files]\nroots = [1]\n", "files.roots", "text in quotes, not 1"),
    ],
)
def test_mistake_in_a_plugins_section(tmp_path, text, key, reason):
    loaded = load_text(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        plugin_settings(loaded.config, "files", Files, loaded.file)
    assert key in caught.value.key
    assert reason in caught.value.reason


def test_plugins_may_depend_on_the_section_intents(tmp_path):
    path = tmp_path / "voiced.toml"
    path.write_text("[intents]\nenabled = ['weather']\n[weather]\ncity = 'Oslo'\n")
    loaded = load(path, {}, lambda choice: choice.enabled)
    assert loaded.config.plugins == {"weather": {"city": "Oslo"}}
    with pytest.raises(ConfigError, match="unknown section"):
        load(path, {}, lambda choice: ())


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    loaded = load_text(tmp_path, "[intents]\nfolder = '~'\n")
    assert loaded.config.intents.folder == tmp_path


def mutated(data):
    text = bytearray(VALID.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        piece = st.binary(max_size=6) | st.sampled_from(
            [b"[", b"]", b"=", b"'", b'"', b"\n", b"1e999", b"nan", b"{}", b"[[x]]", b"\\u0000"]
        )
        text[start:end] = data.draw(piece)
    return bytes(text)


def outcome(path, env):
    """A Config or a ConfigError; any other exception goes through."""
    try:
        return load(path, env, files_only).config
    except ConfigError as error:
        return error


def check_mutation(folder, text):
    path = folder / "mutated.toml"
    path.write_bytes(text)
    found = outcome(path, {})
    assert isinstance(found, Config) or found.file == str(path)
    assert isinstance(found, Config) or "\n" not in found.message


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_mutation_is_a_config_or_a_config_error(tmp_path, data):
    check_mutation(tmp_path, mutated(data))


def test_ten_thousand_mutations():
    """Plain luck with a seed, and a file in memory: Hypothesis takes a hundred times as long."""
    luck = random.Random(31)
    signs = [
        b"[",
        b"]",
        b"=",
        b"'",
        b'"',
        b"\n",
        b"1e999",
        b"nan",
        b"{}",
        b"[[x]]",
        b"\\u0000",
        b"",
    ]
    kinds = set()
    with os.fdopen(os.memfd_create("mutated"), "wb", buffering=0) as file:
        path = Path(f"/proc/self/fd/{file.fileno()}")
        for _ in range(10_000):
            text = bytearray(VALID.encode())
            for _ in range(luck.randint(1, 3)):
                start = luck.randrange(len(text) + 1)
                text[start : start + luck.randrange(4)] = luck.choice(
                    [*signs, luck.choice(VALID).encode(), luck.randbytes(1)]
                )
            os.truncate(file.fileno(), 0)
            os.pwrite(file.fileno(), text, 0)
            found = outcome(path, {})
            assert isinstance(found, Config) or "\n" not in found.message
            kinds.add(type(found))
    assert kinds == {Config, ConfigError}


@given(text=st.text(max_size=20), variable=st.from_regex(r"VOICED_[A-Z_]{1,30}", fullmatch=True))
@example(text="[" * 3000, variable="VOICED_TURNS__SPEECH_MS")
@settings(max_examples=100, deadline=None)
def test_any_environment_is_a_config_or_a_config_error(text, variable):
    found = outcome(Path(os.devnull), {variable: text})
    assert isinstance(found, Config) or "\n" not in found.message


def test_every_key_is_described_and_its_variable_sets_it():
    rows = describe({"files": Files})
    assert len({row.env for row in rows}) == len(rows)
    for row in rows:
        assert row.description.endswith(".")
        assert row.type
        if row.default == "not set" or row.section == "files":
            continue
        text = row.default
        value = tomllib.loads(f"value = {text}")["value"]
        plain = value if isinstance(value, str) else text
        loaded = load(Path(os.devnull), {row.env: plain}, files_only)
        assert loaded.config == Config()
        assert loaded.sources[f"{row.section}.{row.key}"] == "environment"


def test_page_has_types_bounds_and_defaults():
    text = markdown({"files": Files})
    assert "| `end_silence_ms` | whole number, at least 100, at most 5000 | `1100` |" in text
    assert "`VOICED_RESPONDER__KEY__ENV`" in text
    assert "## [files]" in text
    assert "list of path" in text


def test_configuration_page_is_up_to_date(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    written = Path(__file__).parents[1] / "docs" / "configuration.md"
    assert written.read_text(encoding="utf-8") == page(), (
        "write it again: python -m voiced.cli.reference > docs/configuration.md"
    )


def test_a_table_of_free_keys_is_a_value(tmp_path):
    path = tmp_path / "voiced.toml"
    path.write_text('[synthesizer.lexicon]\nThursdAI = "thursday eye"\n"my app" = "map"\n')
    lexicon = load(path, {}, files_only).config.synthesizer.lexicon
    assert lexicon == {"ThursdAI": "thursday eye", "my app": "map"}
    written = as_toml(lexicon)
    assert tomllib.loads(f"lexicon = {written}") == {"lexicon": lexicon}
    assert as_toml({}) == "{}"
    path.write_text("[synthesizer.lexicon]\nThursdAI = 5\n")
    with pytest.raises(ConfigError, match=r"synthesizer.lexicon.ThursdAI: must be text in quotes"):
        load(path, {}, files_only)
