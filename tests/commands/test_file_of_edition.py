"""A file of an edition that a site made from a shipped one is taken for what it is, or the person is asked."""

from pathlib import Path

import pytest

from exporters.imports.detect import of_file
from tests.commands.running import call
from validators.problems import Problem
from validators.standard.catalogue import DEFAULT, load


def test_a_file_headed_as_two_editions_is_of_the_one_it_is_called_as(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    headings = ",".join(load(DEFAULT).columns) + "\n"
    files = [tmp_path / name for name in ("N0001-X-CJIT-P.csv", "a-20260801-20260831-CJIT-Z.csv", "mine.csv")]
    for file in files:
        file.write_text(headings)
    assert [of_file(file, None).id for file in files] == [DEFAULT] * 3  # nothing else is installed
    assert "Taken for" not in call("check", files[0]).err
    edition = tmp_path / "z"
    assert call("standards", "copy", DEFAULT, edition).code == 0
    told = edition / "standard.toml"
    text = told.read_text().replace(f'id = "{DEFAULT}"', 'id = "ndtms-cjit-z"', 1)
    told.write_text(text.replace('edition = "P"', 'edition = "Z"', 1))
    done = call("standards", "install", edition)
    assert done.code == 0, done.err
    assert of_file(files[1], None).id == "ndtms-cjit-z"
    assert of_file(files[2], DEFAULT).id == DEFAULT
    assert "(ndtms-cjit-z): --standard names another." in call("check", files[1]).err
    assert "Taken for" not in call("check", files[1], "--standard", DEFAULT).err
    with pytest.raises(Problem, match="say with --standard which: ndtms-cjit-p, ndtms-cjit-z"):
        of_file(files[2], None)
