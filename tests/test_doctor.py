import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec

import pytest

from voiced.config import SecretSource, load
from voiced.doctor import Check, Examination, as_document, effective, examine, is_healthy, privacy
from voiced.doctor.services import check_prompt_cache, check_server, check_sound_server
from voiced.events import Timing
from voiced.registry import load_plugins, plugin_names
from voiced.timeline import Step, Timeline

OTHERS = "desktop look photos sums talk timers writing".split()
"""Plugins that most of these tests do without: to build their sentences takes a while."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    return tmp_path


def examination(home, text="", env=None, without=OTHERS):
    path = home / "voiced.toml"
    (home / "documents").mkdir(exist_ok=True)
    roots = f'[files]\nroots = ["{home}/documents"]\n' if "[files]" not in text else ""
    path.write_text(f"{text}\n{roots}\n[intents]\ndisabled = {without}\n")
    loaded = load(path, env or {}, plugin_names)
    plugins = load_plugins(loaded.config.intents)
    return Examination(loaded, plugins, home / "models", home / "voices", env or {})


def found(what):
    return {check.name: check for check in examine(what)}


def test_defaults_are_healthy_and_change_nothing(home):
    what = examination(home, without=[])
    checks = examine(what)
    assert is_healthy(checks), [check for check in checks if check.is_needed and not check.ok]
    by_name = {check.name: check for check in checks}
    assert by_name["language model"].ok is None
    assert by_name["journal"].found.endswith("not begun yet")
    assert by_name["plugin files"].ok
    assert not (home / "STATE").exists()


def test_every_failure_names_its_mend(home):
    text = """
        [transcriber]
        engine = "faster-whisper"
        model = "tiny.en"
        [synthesizer]
        voice = "nobody"
        [responder]
        url = "http://127.0.0.1:9/v1"
    """
    checks = found(examination(home, text))
    assert not is_healthy(checks.values())
    failed = [check for check in checks.values() if check.ok is False]
    assert all(check.mend for check in failed), failed
    assert checks["transcriber faster-whisper"].mend in (
        "voiced models pull tiny.en",
        "pip install 'voiced[whisper]'",
    )
    assert checks["voice nobody"].mend == "voiced voices list"
    assert "does not answer" in checks["language model"].found


def test_the_whisper_model_to_pull_is_the_one_that_is_used(home):
    checks = found(examination(home, '[transcriber]\nengine = "faster-whisper"\n'))
    assert checks["transcriber faster-whisper"].mend in (
        "voiced models pull base.en",
        "pip install 'voiced[whisper]'",
    )


def test_engines_that_need_a_url(home):
    checks = found(examination(home, '[transcriber]\nengine = "openai"\n'))
    assert checks["transcriber openai"].mend == "set [transcriber] url in voiced.toml"


def put_smart_turn(home):
    folder = home / "models" / "smart-turn"
    folder.mkdir(parents=True)
    (folder / "smart-turn-v3.2-cpu.onnx").write_bytes(b"only looked for, not loaded")


@pytest.mark.parametrize(
    ("choice", "installed", "ok", "is_needed"),
    [
        ("auto", False, None, False),
        ("auto", True, True, False),
        ("smart-turn", False, False, True),
        ("smart-turn", True, True, True),
        ("off", True, None, False),
    ],
)
@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
def test_turn_end_detector_is_used_or_it_says_why_not(home, choice, installed, ok, is_needed):
    if installed:
        put_smart_turn(home)
    check = found(examination(home, f'[turns]\nend_detector = "{choice}"\n'))["turn end detector"]
    assert (check.ok, check.is_needed) == (ok, is_needed)
    if not installed:
        assert "not there" in check.found
        assert check.mend == "voiced models pull smart-turn"


def test_damaged_journal_is_told_and_left_alone(home):
    folder = home / "STATE" / "voiced"
    folder.mkdir(parents=True)
    (folder / "journal.db").write_bytes(b"not a database" * 500)
    check = found(examination(home))["journal"]
    assert check.ok is False
    assert check.mend
    assert [path.name for path in folder.iterdir()] == ["journal.db"]


def test_folder_of_a_plugin_that_is_gone(home):
    check = found(examination(home, '[files]\nroots = ["/nowhere/at/all"]\n'))["plugin files"]
    assert check.ok is False
    assert "/nowhere/at/all" in check.found


def test_broken_plugin_is_named(home):
    folder = home / "CONFIG" / "voiced" / "intents"
    folder.mkdir(parents=True)
    (folder / "broken.py").write_text("1 / 0\n")
    check = found(examination(home))["plugin broken"]
    assert check.ok is False
    assert "broken.py:1" in check.found


def test_every_value_has_its_source(home):
    text = '[turns]\nspeech_ms = 80\n[responder]\nkey = { env = "K" }\n'
    text += '[synthesizer.lexicon]\nSQL = "sequel"\n'
    what = examination(home, text, {"VOICED_POLICY__CONFIRM_S": "9"})
    values = as_document(effective(what.loaded, what.plugins))
    assert values["turns.speech_ms"] == {"value": "80", "source": "file"}
    assert values["responder.key.env"] == {"value": '"K"', "source": "file"}
    lexicon = values["synthesizer.lexicon"]
    assert lexicon == {"value": '{ SQL = "sequel" }', "source": "file"}
    assert values["policy.confirm_s"] == {"value": "9.0", "source": "environment"}
    assert values["audio.detector"] == {"value": '"webrtc"', "source": "default"}
    assert values["files.roots"]["source"] == "file"
    json.dumps(values)


def test_privacy_names_hosts_files_and_retention(home):
    text = '[responder]\nurl = "https://api.example.org/v1"\n[journal]\ntranscripts = true\n'
    facts = privacy(examination(home, text))
    endpoints = [fact.fact for fact in facts if fact.kind == "endpoint"]
    assert "https://api.example.org/v1 (ANOTHER MACHINE)" in endpoints
    retention = {fact.name: fact.fact for fact in facts if fact.kind == "retention"}
    assert retention["what was said"] == "30 days"
    assert any("journal.db" in fact.fact for fact in facts if fact.kind == "file")
    local = privacy(examination(home, '[responder]\nurl = "http://127.0.0.1:1/v1"\n'))
    assert any(fact.fact == "http://127.0.0.1:1/v1 (this machine)" for fact in local)


def test_privacy_names_who_may_listen_and_what_is_heard_while_it_is_asleep(home):
    text = (
        '[satellites]\nlisten = "192.168.1.5:10700"\n[models]\nmirrors = ["https://mirror.example"]\n'
        '[activation]\nmode = "wake_word"\nnotifications = true\n[control]\nscope = "status"\n'
    )
    facts = {fact.name: fact.fact for fact in privacy(examination(home, text))}
    rooms = "satellites that have a key: the sound of their rooms, what is answered there"
    assert facts[rooms] == "tls://192.168.1.5:10700 (ANOTHER MACHINE)"
    assert "satellites" in facts["keys of satellites (yours alone to read)"]
    assert facts["notifications: what it asks"] == "your desktop"
    assert facts["sound while it is asleep"] == "a second, in memory only; nobody transcribes it"
    assert "mirror.example" in {fact.fact for fact in privacy(examination(home, text))}
    assert "voiced watch: what is said" not in facts
    usual = {fact.name for fact in privacy(examination(home, ""))}
    assert "voiced watch: what is said" in usual
    assert not usual & {rooms, "notifications: what it asks", "sound while it is asleep"}


def test_privacy_names_where_searches_and_pictures_go(home):
    def endpoints(text):
        facts = privacy(examination(home, text))
        return {fact.name: fact.fact for fact in facts if fact.kind == "endpoint"}

    far = endpoints(
        '[responder]\nurl = "https://far.example/v1"\n[search]\nurl = "http://127.0.0.1:8888"\n'
    )
    assert far["language model: pictures, once you allow it"].endswith("(ANOTHER MACHINE)")
    assert far["web search: what you search for"] == "http://127.0.0.1:8888 (this machine)"
    never = endpoints('[responder]\nurl = "https://far.example/v1"\npictures = "never"\n')
    assert not any("pictures" in name or "search" in name for name in never)


def test_privacy_names_where_mail_goes_and_what_is_kept_of_it(home):
    text = (
        '[mail]\naddress_books = ["https://cloud.example/anna"]\n[mail.accounts.home]\n'
        'address = "anna@example.org"\nimap_host = "imap.example.org"\n'
        'smtp_host = "smtp.example.org"\n'
        '[mail.accounts.home.oauth]\ntoken_url = "https://id.example/token"\nclient_id = "x"\n'
    )
    facts = privacy(examination(home, text))
    told = {fact.name: fact.fact for fact in facts}
    assert told["mail home: reading"] == "imap://imap.example.org:993 (ANOTHER MACHINE)"
    assert told["mail home: sending what you confirm"].startswith("smtp://smtp.example.org:465")
    assert told["mail home: signing in"].startswith("https://id.example/token")
    assert told["your address book"].startswith("https://cloud.example/anna")
    assert "which words a text has" in told["your mail"]
    assert "1000" in told["mail that you sent"]
    assert any("home.db" in fact.fact for fact in facts if fact.kind == "file")
    none = {fact.name for fact in privacy(examination(home, ""))}
    assert not any("mail" in name and "index" not in name for name in none)


def test_privacy_names_what_is_kept_of_turns(home):
    def kept(text):
        facts = privacy(examination(home, text))
        return {fact.name: fact.fact for fact in facts if fact.kind == "retention"}

    usual = kept("")
    assert usual["sound"] == "the last seconds, in memory only"
    assert usual["how turns went"] == (
        "the last 200, at most 30 days: times and reasons, without what was said"
    )
    more = kept("[trace]\nsound = true\n[journal]\ntranscripts = true\nkeep_days = 3\n")
    assert more["sound"] == "of the last 20 turns, at most 3 days"
    assert more["how turns went"].endswith("at most 3 days: times and reasons, with what was said")
    none = kept("[trace]\nkeep_turns = 0\n")
    assert none["how turns went"] == "no new ones; those from before at most 30 days"
    assert none["sound"] == "the last seconds, in memory only"
    files = [fact.fact for fact in privacy(examination(home)) if fact.kind == "file"]
    assert any("traces/turns.jsonl (not there)" in fact for fact in files)


def test_sound_server(tmp_path):
    check = check_sound_server({"XDG_RUNTIME_DIR": str(tmp_path), "PULSE_SERVER": "unix:/x"})
    assert check.ok
    assert "PULSE_SERVER=unix:/x" in check.found
    (tmp_path / "pipewire-0").write_text("")
    assert "PipeWire" in check_sound_server({"XDG_RUNTIME_DIR": str(tmp_path)}).found


def test_health_is_what_is_needed():
    good = Check("a", ok=True, found="", is_needed=True)
    assert is_healthy([good, Check("b", ok=False, found="")])
    assert not is_healthy([good, replace(good, ok=False)])
    assert not is_healthy([replace(good, ok=None)])


def test_key_whose_variable_is_not_set():
    check = check_server("x", "http://127.0.0.1:9/v1", SecretSource(env="NO_KEY"), {})
    assert check.ok is False
    assert "NO_KEY" in check.mend


@pytest.mark.engine
@pytest.mark.parametrize(
    ("status", "ok", "words"),
    [(200, True, "answers"), (401, False, "refuses the key"), (404, False, "answers 404")],
)
def test_server_that_answers(status, ok, words):
    keys: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            keys.append(self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        check = check_server("x", url, SecretSource(env="K"), {"K": "secret-7"})
        thread.join()
    assert check.ok is ok
    assert words in check.found
    assert keys == ["Bearer secret-7"]
    assert "secret-7" not in check.found + check.mend


def turn_that_asked(*requests):
    steps = [
        Step(1.0, "model_replied", {"prompt_tokens": prompt, "cached_tokens": cached})
        for prompt, cached in requests
    ]
    return Timeline(1, "completed", 0.0, 1.0, 2.0, Timing(), tuple(steps))


def test_how_much_of_the_prompts_was_known():
    good = check_prompt_cache([turn_that_asked((100, 0), (100, 80)), turn_that_asked((100, 100))])
    assert (good.ok, good.found) == (True, "60% of the prompts of the last 3 requests were known")
    poor = check_prompt_cache([turn_that_asked(*[(100, 10)] * 5)])
    assert poor.ok is None
    assert "10%" in poor.found
    assert poor.mend
    assert "does not count" in check_prompt_cache([turn_that_asked((100, None))]).found
    assert "not known" in check_prompt_cache([]).found
    many = check_prompt_cache(
        [turn_that_asked(*[(100, 0)] * 50), turn_that_asked(*[(100, 90)] * 50)]
    )
    assert "90% of the prompts of the last 50" in many.found
