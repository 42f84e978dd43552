"""Every example in a docstring of jaxwire runs and prints what it says."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import jaxwire

MODULES = ["jaxwire", *(module.name for module in pkgutil.walk_packages(jaxwire.__path__, "jaxwire."))]
SHOWN = [
    "jaxwire",
    "jaxwire.plot",
    "jaxwire.model.scatterers.any_transmission",
    "jaxwire.solver.solution",
    "jaxwire.solver.solve",
]


def examples_of(name):
    return [test for test in doctest.DocTestFinder().find(import_module(name), name) if test.examples]


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_print_what_they_say(name):
    runner = doctest.DocTestRunner(optionflags=doctest.FAIL_FAST)
    report = []
    for test in examples_of(name):
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)
    assert runner.tries == sum(len(test.examples) for test in examples_of(name))


def test_the_modules_that_users_meet_first_have_examples():
    assert [name for name in SHOWN if not examples_of(name)] == []
    assert sum(len(test.examples) for name in MODULES for test in examples_of(name)) >= 30  # 49 when written


def test_an_example_that_prints_something_else_is_noticed():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, None)
    runner = doctest.DocTestRunner()
    runner.run(wrong, out=lambda text: None)
    assert runner.failures == 1
