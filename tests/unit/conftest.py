"""What several test files share: a small project to run commands in; data without memory or network."""

import socket

import pytest
from course_project import Project

from helpers.data import image_sets


@pytest.fixture(scope="session")
def installed_once(tmp_path_factory):
    """A project whose `lab --check` ran once, and what it said."""
    project = Project.create(tmp_path_factory.mktemp("installed"))
    return project, project.run("lab", "--check")


@pytest.fixture
def installed(installed_once, tmp_path):
    """A copy of the installed project, to change and break."""
    return installed_once[0].copy_to(tmp_path)


@pytest.fixture
def project(tmp_path):
    """A project that nothing was installed for."""
    return Project.create(tmp_path)


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
