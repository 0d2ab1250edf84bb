"""A small project, fresh or installed, for the tests that run the student's commands."""

import pytest
from course_project import Project


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
