import errno
import os
import stat
from pathlib import Path

import pytest

from ganstudio.runs import atomic


def tree(folder: Path) -> dict[str, bytes | None]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None
            for p in folder.rglob("*")}


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "größer\nzwei\n")
    assert path.read_bytes() == "größer\nzwei\n".encode()
    atomic.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_text_mode_keeps_plain_newlines(tmp_path: Path) -> None:
    with atomic.replacing(tmp_path / "b.txt", "w") as file:
        file.write("σ\n")
    assert (tmp_path / "b.txt").read_bytes() == "σ\n".encode()


def test_other_modes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'w' or 'wb'"), atomic.replacing(tmp_path / "b", "a"):
        pass


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_a_failing_disk_keeps_the_old_file(tmp_path: Path, call: str,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, call, no_space)
    with pytest.raises(OSError, match="No space"):
        atomic.write_bytes(path, b"new")
    assert tree(tmp_path) == {"a": b"old"}


def test_an_exception_in_the_block_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), atomic.replacing(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert tree(tmp_path) == {"a": b"old"}


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_the_umask_decides_who_may_read(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        atomic.write_bytes(tmp_path / "f", b"")
        with atomic.fresh_folder(tmp_path / "d"):
            pass
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o755


def test_very_long_names_still_fit(tmp_path: Path) -> None:
    name = "ü" * 120
    atomic.write_bytes(tmp_path / name, b"x")
    assert tree(tmp_path) == {name: b"x"}


# ---- folders ----------------------------------------------------------------------------------


def test_folder_appears_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "down" / "g"
    with atomic.fresh_folder(target) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "x").write_bytes(b"1")
        assert not target.exists()
    assert tree(target) == {"sub": None, "sub/x": b"1"}
    assert [p.name for p in target.parent.iterdir()] == ["g"]


def test_failure_leaves_nothing_not_even_parents(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), atomic.fresh_folder(tmp_path / "deep" / "g") as folder:
        (folder / "x").write_bytes(b"1")
        raise RuntimeError
    assert tree(tmp_path) == {}


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    target = tmp_path / "g"
    target.mkdir()
    with atomic.fresh_folder(target) as folder:
        (folder / "x").write_bytes(b"1")
    assert tree(tmp_path) == {"g": None, "g/x": b"1"}


def test_a_taken_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    entered = False
    with pytest.raises(atomic.TargetRefused, match="not empty"), atomic.fresh_folder(tmp_path):
        entered = True
    assert not entered
    assert tree(tmp_path) == {"mine.txt": b"x"}


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "g").write_text("x")
    with pytest.raises(atomic.TargetRefused, match="is a file"), \
            atomic.fresh_folder(tmp_path / "g"):
        pass


def test_what_came_meanwhile_is_not_destroyed(tmp_path: Path) -> None:
    target = tmp_path / "g"
    with pytest.raises(atomic.TargetRefused), atomic.fresh_folder(target) as folder:
        (folder / "x").write_bytes(b"1")
        target.mkdir()
        (target / "thesis").write_bytes(b"precious")
    assert tree(tmp_path) == {"g": None, "g/thesis": b"precious"}


def test_swaps_one_that_may_be_replaced(tmp_path: Path) -> None:
    target = tmp_path / "g"
    target.mkdir()
    (target / "old").write_bytes(b"o")
    with atomic.fresh_folder(target, refusal=lambda _: None) as folder:
        (folder / "new").write_bytes(b"n")
        assert (target / "old").exists()
    assert tree(tmp_path) == {"g": None, "g/new": b"n"}


@pytest.mark.parametrize("fail_at", [1, 2])
def test_a_failed_swap_gives_the_old_one_back(tmp_path: Path, fail_at: int,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "g"
    target.mkdir()
    (target / "old").write_bytes(b"o")
    calls = 0
    real = os.replace

    def flaky(a: object, b: object) -> None:
        nonlocal calls
        calls += 1
        if calls == fail_at:
            no_space()
        real(a, b)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", flaky)
    with pytest.raises(OSError, match="No space"), \
            atomic.fresh_folder(target, refusal=lambda _: None) as folder:
        (folder / "new").write_bytes(b"n")
    assert calls >= fail_at
    assert tree(tmp_path) == {"g": None, "g/old": b"o"}


def test_when_even_giving_back_fails_the_old_one_is_named(tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "g"
    target.mkdir()
    (target / "old").write_bytes(b"o")
    calls = 0
    real = os.replace

    def dying(a: object, b: object) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            no_space()
        real(a, b)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(OSError, match=r"is now at .*\.g\.old-"), \
            atomic.fresh_folder(target, refusal=lambda _: None):
        pass
    (kept,) = tmp_path.iterdir()
    assert (kept / "old").read_bytes() == b"o"


def test_giving_up_while_saving_leaves_nothing(tmp_path: Path) -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError), \
            atomic.fresh_folder(tmp_path / "g", on_file=stop) as folder:
        (folder / "x").write_bytes(b"1")
    assert tree(tmp_path) == {}


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    link = tmp_path / "link"
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("no symbolic links here")
    with atomic.fresh_folder(link) as folder:
        (folder / "x").write_bytes(b"1")
    assert link.is_symlink()
    assert (real / "x").read_bytes() == b"1"
