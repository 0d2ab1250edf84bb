"""What the tests of data share: nothing kept in memory from a test before, and no network."""

import socket

import pytest

from helpers.data import image_sets


def forget():
    image_sets._load.cache_clear()
    image_sets._channel_statistics.cache_clear()


@pytest.fixture
def fresh():
    """Nothing is kept in memory from a test before."""
    forget()
    yield
    forget()


@pytest.fixture
def offline(monkeypatch):
    """Whatever asks for the network fails."""

    def refuse(*_):
        raise AssertionError("something asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
