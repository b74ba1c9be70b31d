from voiced.bench.settings import apart
from voiced.config import Config, TurnSettings


def test_files_and_journal_are_its_own_and_gone_afterwards():
    config = Config(
        turns=TurnSettings(barge_in_ms=300),
        plugins={"files": {"roots": ["/somewhere"]}, "letters": {"colour": "blue"}},
    )
    with apart(config) as loaded:
        journal = loaded.config.journal.folder
        assert journal is not None
        home = journal.parent
        assert (home / "Documents" / "invoice.pdf").is_file()
        assert loaded.config.plugins["files"] == {"roots": [str(home)]}
        assert loaded.config.plugins["letters"] == {"colour": "blue"}
        assert loaded.config.turns.barge_in_ms == 300
    assert not home.exists()
    assert config.plugins["files"] == {"roots": ["/somewhere"]}
