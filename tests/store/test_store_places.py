"""Where store and key lie, and who is at work."""

import os
import pickle
import pwd
import stat
from pathlib import Path

import pytest

from store.disk import files, key_copy, user
from store.disk.keys import put_behind_passphrase, read_or_make_key, source_of, unlock
from store.disk.location import file_system, store_path
from store.disk.user import current_person
from validators.problems import Problem


def test_the_argument_goes_before_the_variable_and_that_before_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store_path(None) == tmp_path / "XDG_DATA_HOME" / "keywork" / "keywork.db"
    monkeypatch.setenv("KEYWORK_STORE", str(tmp_path / "two.db"))
    assert store_path(None) == tmp_path / "two.db"
    assert store_path(str(tmp_path / "one.db")) == tmp_path / "one.db"


@pytest.mark.parametrize("url", ["postgresql://user:secret@host/db", "sqlite:///x.db", "https://x/y", "file:x.db"])
def test_an_address_is_refused_in_one_sentence_without_its_password(url: str) -> None:
    with pytest.raises(Problem, match="not yet") as caught:
        store_path(url)
    assert "secret" not in str(caught.value)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is a directory"):
        store_path(str(tmp_path))


def test_a_nul_byte_in_the_name_is_refused() -> None:
    with pytest.raises(Problem, match="NUL"):
        store_path("a\0b")


def test_a_network_file_system_is_refused_by_its_longest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    share = tmp_path / "with space"
    share.mkdir()
    escaped = str(share).replace(" ", "\\040")
    mounts.write_text(
        f"21 1 8:1 / / rw - ext4 /dev/root rw\n22 21 0:5 / {escaped} rw,noatime shared:1 - nfs4 host:/x rw\nrubbish\n"
    )
    assert file_system(tmp_path / "a.db", mounts) == "ext4"
    assert store_path(str(tmp_path / "a.db"), mounts) == tmp_path / "a.db"
    with pytest.raises(Problem, match="network file system \\(nfs4\\)"):
        store_path(str(share / "a.db"), mounts)


def test_a_system_that_lists_no_mounts_is_trusted(tmp_path: Path) -> None:
    assert store_path(str(tmp_path / "a.db"), tmp_path / "none") == tmp_path / "a.db"


def test_a_key_is_made_once_private_and_read_again(key_file: Path) -> None:
    before = os.umask(0)
    try:
        key, made = read_or_make_key(key_file, may_make=True)
    finally:
        os.umask(before)
    assert made and stat.S_IMODE(key_file.stat().st_mode) == 0o600
    again, made_again = read_or_make_key(key_file, may_make=True)
    assert not made_again and again.hex == key.hex and len(key.hex) == 64
    assert key.audit != bytes.fromhex(key.hex)
    assert [path.name for path in key_file.parent.iterdir()] == ["store.key"]


def test_a_key_shows_itself_to_nobody(key_file: Path) -> None:
    key, _ = read_or_make_key(key_file, may_make=True)
    assert key.hex not in repr(key) + str(key) + f"{key}"
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_the_key_is_found_through_the_variable_or_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = read_or_make_key(None, may_make=True)
    assert key.path == tmp_path / "XDG_CONFIG_HOME" / "keywork" / "store.key"
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(tmp_path / "other.key"))
    assert read_or_make_key(None, may_make=True)[0].path == tmp_path / "other.key"


def test_a_missing_key_is_not_made_for_a_store_that_has_one(key_file: Path) -> None:
    with pytest.raises(Problem, match="no key at"):
        read_or_make_key(key_file, may_make=False)
    assert not key_file.exists()


def test_a_key_as_it_was_written_down_is_one_and_no_input(key_file: Path) -> None:
    key, _ = read_or_make_key(key_file, may_make=True)
    copy = key_file.with_name("typed.key")
    pieces = key_copy.groups(key)
    for text in ("\n".join(key_copy.rows(pieces)), " ".join(pieces).upper()):
        copy.write_text(text)
        copy.chmod(0o600)
        assert read_or_make_key(copy, may_make=False)[0].hex == key.hex
        files._OWN.discard(copy)
        with pytest.raises(Problem, match="is the store itself or a key"):
            files.open_input(copy)


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "ab" * 31, "ab" * 33, "é" * 64])
def test_a_malformed_key_is_refused_without_being_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Problem, match="64 hexadecimal") as caught:
        read_or_make_key(path, may_make=True)
    assert not text or text not in str(caught.value)
    assert path.read_text() == text


@pytest.mark.parametrize("mode", [0o604, 0o602])
def test_a_key_open_to_everybody_is_refused(key_file: Path, mode: int) -> None:
    read_or_make_key(key_file, may_make=True)
    key_file.chmod(mode)
    with pytest.raises(Problem, match="open to everybody"):
        read_or_make_key(key_file, may_make=True)


def test_a_key_that_is_a_directory_or_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "device").symlink_to("/dev/zero")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "device"):
        with pytest.raises(Problem, match="not a plain file"):
            read_or_make_key(path, may_make=True)
        # Asking how it is kept, as every start does, neither waits nor reads without end.
        assert source_of(path) == "file"
        unlock(path, lambda question: "")


def test_the_services_key_behind_a_link_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "named.key").symlink_to(tmp_path / "real.key")
    (tmp_path / "real.key").write_text(f"command /bin/echo {'ab' * 32}")
    (tmp_path / "real.key").chmod(0o600)
    monkeypatch.setenv("KEYWORK_KEY_FILE", str(tmp_path / "named.key"))
    monkeypatch.setattr(user, "is_guest", lambda: True)
    key, _ = read_or_make_key(None, may_make=False)
    assert key.hex == "ab" * 32 and source_of(key.path) == "command", "an open key is asked for by where it stands"
    with pytest.raises(Problem, match="leave out --key-file"):
        read_or_make_key(tmp_path / "other.key", may_make=False)


def test_a_key_where_none_can_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="key file"):
        read_or_make_key(tmp_path / "file" / "store.key", may_make=True)


def test_the_person_is_the_real_user(tmp_path: Path) -> None:
    assert current_person(tmp_path / "none.db") == pwd.getpwuid(os.getuid()).pw_name


def processes(folder: Path, *chain: tuple[str, int]) -> None:
    """Lay out what a system tells of the processes above this one, the nearest first: each one's name and real user.

    One of the name sudo has root's rights, unless its user is given as a negative number.
    """
    numbers = [os.getppid(), *range(900001, 900000 + len(chain)), 1]
    for (name, number), own, above in zip(chain, numbers, numbers[1:], strict=False):
        (folder / str(own)).mkdir(parents=True)
        rights = 0 if name == "sudo" and number >= 0 else abs(number)
        text = f"Name:\t{name}\nPPid:\t{above}\nUid:\t{abs(number)}\t{rights}\t{rights}\t{rights}\n"
        (folder / str(own) / "status").write_text(text)


OWN, ANN, BOB = os.getuid(), 4123456, 4123457


@pytest.mark.parametrize(
    ("chain", "person"),
    [
        ([("sudo", ANN), ("bash", ANN)], "ann"),
        ([("sudo", BOB), ("bash", BOB)], "bob"),  # whatever the variable says
        ([("sudo", 0), ("sudo", BOB), ("bash", BOB)], "bob"),
        ([("sudo", 0), ("sudo", 0), ("bash", ANN)], "ann"),
        ([("sh", OWN), ("sudo", 0), ("sshd", ANN)], "ann"),
        ([("sudo", 0), ("bash", BOB)], "bob"),  # who called sudo, whatever the variable says
        ([("sudo", 0)], "ann"),  # the caller has gone
        ([("bash", OWN), ("sshd", 0)], None),  # nobody but a variable says so
        ([("sudo", -ANN), ("bash", ANN)], None),  # a program of that name that is not root's
        ([("bash", ANN), ("sudo", 0), ("bash", BOB)], None),
        ([], None),
    ],
)
def test_sudo_is_believed_where_it_started_us_and_names_who_called_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: list[tuple[str, int]], person: str | None
) -> None:
    path = tmp_path / "s.db"
    path.touch()
    processes(tmp_path / "proc", *chain)
    monkeypatch.setattr(user, "PROC", tmp_path / "proc")
    monkeypatch.setattr(user, "_name", lambda number, otherwise: {ANN: "ann", BOB: "bob"}.get(number, "own"))
    monkeypatch.setenv("SUDO_UID", str(ANN))
    assert current_person(path) == (person or "own")
    monkeypatch.setenv("SUDO_UID", "not a number")
    assert current_person(path) == "own"


def test_sudo_is_not_believed_under_another_account_than_the_store_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.db"
    path.touch()
    processes(tmp_path / "proc", ("sudo", 0), ("bash", ANN))
    monkeypatch.setattr(user, "PROC", tmp_path / "proc")
    monkeypatch.setenv("SUDO_UID", str(ANN))
    monkeypatch.setenv("SUDO_USER", "ann")
    assert current_person(path) == "ann"
    monkeypatch.setattr(os, "getuid", lambda: BOB)
    assert current_person(path) == f"uid {BOB}"


def test_a_link_to_the_key_stays_a_link_and_the_key_in_the_clear_goes(tmp_path: Path) -> None:
    away, link = tmp_path / "stick" / "store.key", tmp_path / "store.key"
    away.parent.mkdir(mode=0o700)
    key, _ = read_or_make_key(away, may_make=True)
    link.symlink_to(away)
    left = away.with_name(f".{away.name}.0123456789ab.new")
    left.write_text(key.hex, encoding="ascii")
    put_behind_passphrase(read_or_make_key(link, may_make=False)[0], "four words of ours")
    assert link.is_symlink() and away.read_text(encoding="ascii").startswith("scrypt ")
    assert not any(key.hex in path.read_text(encoding="ascii") for path in away.parent.iterdir())
