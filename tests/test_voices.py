import pytest

from voiced.errors import ConfigError, ModelMissing
from voiced.models.voices import downloadable, load_voice, model_of, profile, profiles, with_lexicon
from voiced.stages import Voice

PIPER = """
name = "mine"
engine = "piper"
model = "en_XX-mine-low"
url = "https://example.org/mine.onnx"
config_url = "https://example.org/mine.onnx.json"
licence = "CC0"
speed = 1.2
[lexicon]
voiced = "voist"
"""


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "voices"
    folder.mkdir()
    (folder / "mine.toml").write_text(PIPER)
    return folder


def test_every_voice_of_ours_is_whole():
    found = {item.voice.name: item for item in profiles()}
    assert "default" in found
    for item in found.values():
        assert item.licence
        assert item.description
        assert item.file.endswith(f"{item.voice.name}.toml")
        if item.voice.engine == "piper":
            assert item.model is not None
            assert len(item.model.files) == 2
            assert all(len(file.sha256) in (0, 64) for file in item.model.files)
        else:
            assert item.model is None


def test_default_voice_needs_nothing(tmp_path):
    voice = load_voice("default", tmp_path)
    assert voice.engine == "espeak"
    assert model_of("default") is None


def test_own_voice_is_its_models_file(tmp_path, own):
    with pytest.raises(ModelMissing, match="not installed") as caught:
        load_voice("mine", tmp_path, own)
    assert caught.value.mend == "voiced voices pull mine"
    path = tmp_path / "en_XX-mine-low" / "en_XX-mine-low.onnx"
    path.parent.mkdir()
    path.write_bytes(b"onnx")
    voice = load_voice("mine", tmp_path, own)
    assert (voice.model, voice.speed, voice.lexicon) == (str(path), 1.2, {"voiced": "voist"})
    assert "en_XX-mine-low" in [model.name for model in downloadable(own)]


def test_own_voice_goes_before_ours_of_the_same_name(own):
    (own / "default.toml").write_text('name = "default"\nengine = "espeak"\nspeed = 2.0\n')
    assert profile("default", own).voice.speed == 2.0


def test_every_voice_of_ours_knows_some_words():
    for item in profiles():
        assert item.voice.lexicon["ThursdAI"] == "Thursday eye"


def test_a_lexicon_goes_before_that_of_the_voice():
    voice = Voice("x", "espeak", lexicon={"SQL": "sequel", "GIF": "jif"})
    merged = with_lexicon(voice, {"sql": "S Q L", "nginx": "engine X"})
    assert merged.lexicon == {"GIF": "jif", "sql": "S Q L", "nginx": "engine X"}
    assert voice.lexicon["SQL"] == "sequel"
    assert with_lexicon(voice, {}) == voice


def test_no_such_voice():
    with pytest.raises(ModelMissing, match="no voice 'nobody'"):
        profile("nobody")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("name = 'x'", "engine"),
        ("name = 'x'\nengine = 'festival'", "engine"),
        ("name = 'x'\nengine = 'espeak'\nspeeed = 1", "speeed"),
        ("name = 'x'\nengine = 'espeak'\nspeed = 100", "speed"),
        ("name = '../x'\nengine = 'espeak'", "name"),
        ("name = 'x'\nengine = 'piper'\nmodel = '../x'\nurl = 'https://x/y'", "model"),
        ("name = 'x'\nengine = 'piper'\nmodel = 'x'\nsha256 = 'abc'", "sha256"),
        ("name = ", ""),
    ],
)
def test_mistake_in_a_profile(own, text, key):
    (own / "wrong.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        profiles(own)
    assert "wrong.toml" in caught.value.file
    assert key in str(caught.value)
