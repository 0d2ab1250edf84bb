"""`--current-env`: the running Python, when it has what the course needs."""

from launcher import environment

HIDE = """
import importlib.metadata as metadata
known = metadata.version
def version(name):
    if name in {names}: raise metadata.PackageNotFoundError(name)
    return known(name)
metadata.version = version
"""


def test_current_env_names_what_is_missing(project):
    done = project.run("lab", "--current-env", before=HIDE.format(names=("jupyterlab", "opencv-python")))
    assert done.returncode == 1
    assert "lacks packages that the course needs: jupyterlab, opencv-python." in done.stderr
    assert "pip install -r requirements.txt" in done.stderr


def test_the_tests_need_more_than_the_course():
    assert {"torch", "opencv-python"} <= set(environment.requirements(""))
    more = set(environment.requirements("test")) - set(environment.requirements(""))
    assert {"pytest", "ruff"} <= more
    assert environment.missing_packages("test") == []
