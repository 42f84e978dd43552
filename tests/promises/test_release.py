"""What a release says of itself is said once; CI builds and tries it (`.ci/release`)."""

import re
import tomllib
from pathlib import Path

import yaml

import jaxwire

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_version_is_that_of_the_project_everywhere():
    version = PROJECT["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
    assert re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1] == version
    # In the package it is not written at all, but read from the metadata of what is installed.
    written = [path for path in (ROOT / "jaxwire").rglob("*.py") if version in path.read_text()]
    assert written == [] and jaxwire.__version__


def test_the_oldest_python_that_is_promised_is_tried():
    text = (ROOT / "noxfile.py").read_text()
    tried = re.findall(r"3\.\d+", re.search(r"^PYTHONS = (.*)$", text, re.MULTILINE)[1])
    assert PROJECT["requires-python"] == f">={tried[0]}" and len(tried) == 4


def test_ci_builds_a_release():
    assert "bash .ci/release" in (ROOT / ".ci" / "run").read_text()
