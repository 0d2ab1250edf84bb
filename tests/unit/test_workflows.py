"""GitHub's workflows as files: what they share stands in one place and is used as GitHub wants it."""

from __future__ import annotations

import yaml
from course_project import ROOT

GITHUB = ROOT / ".github"
ACTIONS = {
    path.parent.name: yaml.safe_load(path.read_text("utf-8")) for path in GITHUB.glob("actions/*/action.yml")
}
JOBS = {
    f"{path.stem}/{name}": job["steps"]
    for path in sorted(GITHUB.glob("workflows/*.yml"))
    for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items()
}
OURS = "./.github/actions/"


def test_an_action_of_ours_is_there_after_the_checkout_and_knows_what_it_is_given():
    used = set()
    for name, steps in JOBS.items():
        before = []
        for step in steps:
            if step.get("uses", "").startswith(OURS):
                action = step["uses"].removeprefix(OURS)
                assert any(uses.startswith("actions/checkout@") for uses in before), name
                assert set(step.get("with", ())) <= set(ACTIONS[action].get("inputs", ())), name
                used.add(action)
            before.append(step.get("uses", ""))
    assert used == set(ACTIONS) != set()


def test_a_command_of_an_action_names_its_shell():
    for action in ACTIONS.values():
        assert action["name"] and action["description"] and action["runs"]["using"] == "composite"
        assert all(step.get("shell") == "bash" for step in action["runs"]["steps"] if "run" in step)


def test_no_step_stands_in_two_jobs():
    seen = [str(step) for steps in JOBS.values() for step in steps if not step.get("uses")]
    assert len(seen) == len(set(seen)) > 2
    shared = [step for action in ACTIONS.values() for step in action["runs"]["steps"]]
    assert [step for steps in JOBS.values() for step in steps if step in shared] == []


def test_what_grades_has_its_sandbox():
    graded = {"pages/test": ".ci/run", "thorough/test": "python3 course.py test --thorough"}
    for name, command in graded.items():
        place = [step.get("run") for step in JOBS[name]].index(command)
        given = [step["with"] for step in JOBS[name][:place] if step.get("uses", "").startswith(OURS)]
        assert given == [{"sandbox": True}]
    steps = ACTIONS["set-up"]["runs"]["steps"]
    assert [step["if"] for step in steps if "bubblewrap" in step.get("run", "")] == [
        "inputs.sandbox == 'true'"
    ]
