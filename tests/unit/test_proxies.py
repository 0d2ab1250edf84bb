"""Proxies that JupyterLab or pip cannot use: the server gets none, and a message names them."""

import json
from pathlib import Path

import pytest

from homework import __main__ as homework
from homework.teacher.gradebook import configuration
from launcher import failures, proxies

SOCKS = "ERROR: Could not install packages due to an OSError: Missing dependencies for SOCKS support."
DEAD = "WARNING: Retrying ... after connection broken by 'ProxyError('Cannot connect to proxy.', ...'"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    """A machine without proxies, whatever this one has."""
    for name in [name for name in proxies.os.environ if proxies.is_proxy(name)]:
        monkeypatch.delenv(name)


def test_the_server_gets_no_proxy_and_brings_them_through():
    env = {"PATH": "/bin", "HTTPS_PROXY": "http://a:1", "all_proxy": "socks5://a:2", "no_proxy": "b"}
    server = proxies.without_proxies(env)
    assert server.pop("NO_PROXY") == "*"  # else Python asks the settings of Windows or macOS
    assert json.loads(server.pop("COURSE_PROXIES")) == {name: env[name] for name in env if name != "PATH"}
    assert server == {"PATH": "/bin"}


def test_marking_by_hand_opens_with_any_proxy(tmp_path, monkeypatch):
    """Formgrader is a JupyterLab too."""
    (tmp_path / "nbgrader").mkdir()
    (tmp_path / "nbgrader" / "gradebook.db").touch()
    settings = configuration((tmp_path / "nbgrader").resolve())
    (tmp_path / "nbgrader" / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    started = []
    monkeypatch.setattr(homework.subprocess, "call", lambda command, env, **more: started.append(env) or 0)
    assert homework.mark_by_hand(tmp_path) == 0
    assert [name for name in started[0] if proxies.is_proxy(name)] == ["NO_PROXY"]


def test_a_socks_proxy_is_named_with_what_to_type(monkeypatch):
    monkeypatch.setattr(proxies.os, "name", "posix")
    monkeypatch.setenv("ALL_PROXY", "socks5://me:secret@127.0.0.1:1080")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:3128")
    message = failures.explain_failure(SOCKS, Path("pip.log"))
    assert "A proxy is set that pip cannot use" in message
    assert "ALL_PROXY=socks5://127.0.0.1:1080" in message and "secret" not in message
    assert "unset ALL_PROXY\n" in message and "export HTTPS_PROXY=http://" in message
    assert "3128" not in message  # that one works


def test_on_windows_other_words_are_typed(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    monkeypatch.setattr(proxies.os, "name", "nt")
    words = proxies.proxy_words()
    assert words["unset_proxies"].split("  or  ")[0].strip() == "set ALL_PROXY="
    assert "$env:ALL_PROXY = ''" in words["unset_proxies"]
    assert words["set_proxy"].startswith("set HTTPS_PROXY=")


def test_a_proxy_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:7890")
    monkeypatch.setenv("NO_PROXY", "localhost")
    message = failures.explain_failure(DEAD, Path("pip.log"))
    assert "The proxy does not answer" in message and "HTTPS_PROXY=http://127.0.0.1:7890" in message
    assert "localhost" not in message


def test_a_proxy_that_no_variable_names_is_in_pips_settings():
    assert "pip config list` shows it" in failures.explain_failure(SOCKS, Path("pip.log"))
