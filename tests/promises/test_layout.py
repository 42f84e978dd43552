"""The house: what is public, how names stand to each other, where tests and equations are."""

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

import jaxwire
import jaxwire.config
import jaxwire.plot

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "jaxwire"
FILES = sorted(HOUSE.rglob("*.py"))
PACKAGES = sorted(folder.parent for folder in HOUSE.rglob("__init__.py"))
FACES = {"jaxwire", "jaxwire/plot", "jaxwire/config", "jaxwire/reproduce", "jaxwire/explore", "jaxwire/cli"}
MOST_FILES, MOST_LINES, MOST_LINES_OF_FUNCTION = 14, 300, 60


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def modules_in(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir() if path.is_dir() or path.suffix == ".py"} - {
        "__init__",
        "__pycache__",
    }


def test_no_module_or_package_has_the_name_of_a_public_function():
    assert modules_in(HOUSE) & set(jaxwire.__all__) == set()
    assert {"solve", "plan", "numerics"} & modules_in(HOUSE) == {"numerics"}  # the check would see one


@pytest.mark.parametrize("face", [jaxwire, jaxwire.plot, jaxwire.config], ids=lambda face: face.__name__)
def test_every_public_name_is_there_and_is_the_one_where_it_is_defined(face):
    stub = ast.parse(Path(face.__file__).with_suffix(".pyi").read_text())
    homes = {
        name.name: node.module for node in ast.walk(stub) if isinstance(node, ast.ImportFrom) for name in node.names
    }
    assert set(face.__all__) == set(homes)
    for name, home in homes.items():
        assert getattr(face, name) is getattr(importlib.import_module(f"{face.__name__}.{home}"), name)


def test_every_package_has_its_folder_of_tests():
    packages = {folder.name for folder in PACKAGES if folder.parent == HOUSE}
    assert len(packages) == 13
    without = [name for name in packages if not list((ROOT / "tests" / name).glob("test_*.py"))]
    assert without == []


def test_files_functions_and_packages_stay_small():
    long = {shown(path): n for path in FILES if (n := len(path.read_text().splitlines())) > MOST_LINES}
    full = {shown(folder): n for folder in PACKAGES if (n := len(list(folder.glob("*.py"))) - 1) > MOST_FILES}
    functions = {
        f"{shown(path)}:{node.name}": lines
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (lines := code_lines(node)) > MOST_LINES_OF_FUNCTION
    }
    assert (long, full, functions) == ({}, {}, {})


def code_lines(node: ast.FunctionDef) -> int:
    """Lines of a function but for its docstring."""
    doc = node.body[0] if ast.get_docstring(node) is not None else None
    return node.end_lineno - node.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)


def test_inner_packages_are_tables_of_contents_that_name_all_their_files():
    for folder in PACKAGES:
        text = (folder / "__init__.py").read_text()
        if shown(folder) not in FACES:
            assert len(ast.parse(text).body) == 1, f"{shown(folder)} holds code"
        if folder != HOUSE:
            named = set(re.findall(r"`(\w+)`", text))
            missing = modules_in(folder) - named
            assert shown(folder) in ("jaxwire/reproduce", "jaxwire/cli") or missing == set(), shown(folder)


def test_names_with_an_underscore_stay_in_their_file():
    crossing = [
        f"{shown(path)}: {name.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jaxwire")
        for name in node.names
        if name.name.startswith("_")
    ]
    assert crossing == []
    assert [path for path in FILES if path.name.startswith("_") and path.name != "__init__.py"] == []


def test_no_two_classes_have_one_name():
    names = Counter(
        node.name
        for path in FILES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


def equations(text: str) -> set[str]:
    """Numbers of the paper's equations that a text names: "Eq. 21", "Eqs. 19a, 19b", "Eqs. 17, A2-A6; D11"."""
    number = r"[A-D]?\d+[a-d]?"
    found = set()
    for group in re.findall(rf"Eqs?\.\s+({number}(?:(?:[,;]\s+|-|\s+and\s+|\s+to\s+){number})*)", text):
        found |= numbers(group)
    return found


def numbers(group: str) -> set[str]:
    """Numbers in a list such as "17, A2-A6": ranges written out, parts (19a) under their number."""
    found = set()
    for part in re.split(r"[,;]\s+|\s+and\s+", group):
        first, last = re.match(r"([A-D]?)(\d+)", part), re.search(r"(\d+)[a-d]?$", part)
        found |= {f"{first[1]}{n}" for n in range(int(first[2]), int(last[1]) + 1)}
    return found


def places_of_equations() -> list[tuple[set[str], str]]:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rows = re.findall(r"^\| ([A-D]?\d[^|]*) \|[^|]+\| `([\w/]+)` \|$", text, re.MULTILINE)
    return [(numbers(group), file) for group, file in rows]


def test_every_equation_of_the_paper_is_where_the_table_says():
    named = {shown(path): equations(path.read_text()) for path in FILES}
    places = places_of_equations()
    assert [(group - named[f"jaxwire/{file}.py"], file) for group, file in places] == [
        (set(), file) for _, file in places
    ]
    listed = set().union(*(group for group, _ in places))
    assert set().union(*named.values()) - listed == {"37"}  # a sum of two exponentials, in a statement of Sec. IV C
    assert {str(n) for n in range(1, 37)} | {f"A{n}" for n in range(1, 15)} | {f"D{n}" for n in range(1, 13)} == listed
