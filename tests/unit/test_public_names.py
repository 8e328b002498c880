"""What can be imported from ``pgcraft`` itself."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import pgcraft


@pytest.mark.parametrize("name", pgcraft.__all__)
def test_public_name_is_that_of_its_module(name):
    """A name is imported when it is first asked for, and is the one that its module has."""
    module = importlib.import_module(f"pgcraft.{pgcraft._MODULES[name]}")
    assert getattr(pgcraft, name) is getattr(module, name)
    assert name in dir(pgcraft)


def test_public_names_are_listed_once():
    """The list, and the modules they come from, have the same names in order."""
    assert list(pgcraft._MODULES) == pgcraft.__all__ == sorted(set(pgcraft.__all__))


@pytest.mark.parametrize("package", ["factory", "objects", "views"])
def test_names_of_a_package_can_all_be_imported_from_pgcraft(package):
    """One import line is enough for a models.py; only the base classes are left out."""
    names = set(importlib.import_module(f"pgcraft.{package}").__all__)
    assert names - set(pgcraft.__all__) <= {"DatabaseObject", "Factory"}


def test_unknown_name_is_an_attribute_error():
    """As with every module."""
    with pytest.raises(ImportError, match="cannot import name 'PGCraftSimpel'"):
        from pgcraft import PGCraftSimpel  # noqa: F401


def test_import_of_pgcraft_imports_nothing_else():
    """The command line starts without SQLAlchemy; listing the names does not import them."""
    program = (
        "import sys; before = set(sys.modules); import pgcraft; dir(pgcraft);"
        "print(sorted(one for one in set(sys.modules) - before if 'pgcraft' in one or 'sql' in one))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["['pgcraft']"]
