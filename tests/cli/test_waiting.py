"""Whoever waits for a command is told what for, once, on standard error."""

import sys
import time

import pytest

import jaxwire as jw
from jaxwire.cli import main, remarks

SOLVE = ["solve", "--center", "1.44", "--width", "0.08", "--temperature", "0.3", "--voltage", "0.1", "--no-cache"]


def test_a_command_that_takes_long_says_what_it_does(monkeypatch, capsys):
    solve = jw.solve

    def slow(*arguments, **options):
        time.sleep(0.2)
        return solve(*arguments, **options)

    monkeypatch.setattr(remarks, "PATIENCE", 0.0)
    monkeypatch.setattr(jw, "solve", slow)  # as if it had to be compiled
    assert main(SOLVE) == 0
    captured = capsys.readouterr()
    assert captured.err == ("jaxwire: compiling and solving; what is compiled is kept, and the next time takes less\n")
    assert "solved" in captured.out


def test_what_is_quick_says_nothing(monkeypatch, capsys):
    monkeypatch.setattr(remarks, "PATIENCE", 60.0)
    with remarks.waits_told("fitting"):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("at_terminal", "said"), [(True, "jaxwire: fitting"), (False, "")])
def test_where_the_library_tells_at_a_terminal_the_command_does_not(monkeypatch, capsys, at_terminal, said):
    monkeypatch.setattr(remarks, "PATIENCE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with remarks.waits_told("fitting", at_terminal):
        time.sleep(0.2)
    assert capsys.readouterr().err.startswith(said) and (said or capsys.readouterr().err == "")
