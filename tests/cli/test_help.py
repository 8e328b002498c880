"""What the command says of itself."""

from __future__ import annotations

from importlib.metadata import version

from cli.command import run


def test_version(temporary):
    """`pgcraft --version` names the tool and its version."""
    done = run("--version", temporary=temporary)
    assert done.stdout == f"pgcraft, version {version('pgcraft')}\n"


def test_help_lists_commands_and_exit_codes(temporary):
    """A newcomer sees where to start, and each exit code on a line of its own."""
    done = run("--help", temporary=temporary)
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "pgcraft review PROJECT" in lines
    assert "3  the project's own code failed" in lines
    assert any(line.startswith("autogenerate ") and "..." not in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_help_imports_neither_driver_nor_alembic(temporary):
    """Help answers at once."""
    import subprocess
    import sys

    code = (
        "import sys\nfrom pgcraft.cli.main import pgcraft\n"
        "print(sorted({'psycopg', 'alembic', 'sqlalchemy', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
