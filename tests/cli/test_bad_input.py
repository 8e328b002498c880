"""Bad input gets a sentence and an exit code, and nothing is written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from cli.command import processes_of, run
from projects.small_project import NO_MODELS, PLAIN_ENV, revision, write_project

FIRST = {
    "0001_first": revision("0001", None, 'op.create_table("one", sa.Column("id", sa.Integer))')
}


def refused(done, code: int, *words: str) -> str:
    """Check the exit code and the sentence, that no traceback of ours shows, and return stderr."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    folded = " ".join(done.stderr.split())
    for word in words:
        assert word in folded
    assert "pgcraft itself failed" not in done.stderr
    assert "pgcraft/review/" not in done.stderr
    assert "pgcraft/cli/" not in done.stderr
    return done.stderr


def untouched(root, temporary):
    """Nothing of the run is left, neither in the project nor elsewhere."""
    assert not (root / "pgcraft-out").exists()
    assert list(temporary.iterdir()) == []
    assert processes_of(temporary) == []


@pytest.fixture
def project(tmp_path):
    """A directory for a project."""
    root = tmp_path / "shop"
    root.mkdir()
    return root


def test_no_configuration_and_no_models_says_what_to_name(project, temporary):
    done = run("review", project, temporary=temporary)
    refused(done, 2, "has no alembic.ini and no [tool.alembic]", "--config FILE", "--models")
    untouched(project, temporary)


def test_no_such_directory(project, temporary):
    done = run("review", project / "nowhere", temporary=temporary)
    refused(done, 2, "is not a directory", "Name the directory that holds alembic.ini")


def test_no_such_configuration(project, temporary):
    done = run("review", project, "--config", project / "other.ini", temporary=temporary)
    refused(done, 2, "other.ini does not exist", "Check --config")


def test_configuration_that_is_not_toml(project, temporary):
    (project / "pgcraft.toml").write_text("from = [")
    done = run("review", project, temporary=temporary)
    refused(done, 2, "pgcraft.toml is not valid TOML", "Correct the file")


def test_unknown_setting_in_the_project(project, temporary):
    (project / "pyproject.toml").write_text("[tool.pgcraft]\nfail-off = 'never'\n")
    done = run("review", project, temporary=temporary)
    refused(done, 2, "pyproject.toml sets fail-off, which pgcraft does not know")


def test_unknown_option(project, temporary):
    refused(run("review", project, "--nope", temporary=temporary), 2, "No such option")


def test_models_that_raise_on_import(project, temporary):
    write_project(project, models="import sqlalchemy\n\n1 / 0\n", revisions=FIRST)
    done = run("review", project, temporary=temporary)
    stderr = refused(
        done, 3, "models.py failed at models.py, line 3 with ZeroDivisionError: division by zero"
    )
    assert 'models.py", line 3, in <module>' in stderr
    untouched(project, temporary)


def test_models_with_a_syntax_error(project, temporary):
    write_project(project, models="metadata = (\n", revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "models.py", "line 1", "SyntaxError")
    untouched(project, temporary)


def test_models_that_need_what_is_not_installed(project, temporary):
    write_project(project, models="import no_such_module\n" + NO_MODELS, revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "No module named 'no_such_module'", "Install the project's requirements")


def test_models_that_need_a_variable(project, temporary):
    text = "import os\nos.environ['SHOP_REGION']\n"
    write_project(project, models=text + NO_MODELS, revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "KeyError: 'SHOP_REGION'", "Set the variable 'SHOP_REGION'")


def test_models_that_exit(project, temporary):
    write_project(project, models="import sys\nsys.exit(7)\n", revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "models.py failed at models.py, line 2 with SystemExit: 7")
    untouched(project, temporary)


def test_models_that_end_the_process(project, temporary):
    text = "import os\nprint('going down', flush=True)\nos._exit(9)\n"
    write_project(project, models=text, revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "ended its own process (exit code 9)", "going down")
    untouched(project, temporary)


def test_models_that_end_while_a_fork_of_theirs_stays(project, temporary):
    """The end of the process is seen at once and not by the timeout."""
    text = "import os, time\nif os.fork() == 0:\n    time.sleep(600)\nos._exit(5)\n"
    write_project(project, models=text, revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "ended its own process (exit code 5)")
    untouched(project, temporary)


def test_models_that_hang_are_ended_by_the_timeout(project, temporary):
    write_project(project, models="import time\ntime.sleep(600)\n", revisions=FIRST)
    done = run("review", project, "--timeout", "2", temporary=temporary)
    refused(done, 3, "did not end within 2 seconds", "raise --timeout")
    untouched(project, temporary)


def test_models_that_the_server_refuses(project, temporary):
    text = """
        from sqlalchemy import Column, Integer, MetaData, Table
        from sqlalchemy.schema import CheckConstraint
        metadata = MetaData()
        Table("one", metadata, Column("id", Integer), CheckConstraint("nope > 0"))
    """
    write_project(project, models=text)
    done = run("review", project, temporary=temporary)
    refused(done, 3, 'column "nope" does not exist')
    untouched(project, temporary)


def test_revision_that_fails(project, temporary):
    revisions = {**FIRST, "0002_bad": revision("0002", "0001", 'op.execute("SELECT 1/0")')}
    write_project(project, revisions=revisions)
    done = run("review", project, temporary=temporary)
    refused(
        done,
        3,
        "Revision 0002 failed at migrations/versions/0002_bad.py, line",
        "division by zero",
    )
    untouched(project, temporary)


def test_revision_that_looks_at_the_database(project, temporary):
    """It cannot be written as SQL, so what it does is taken from a run, and that is said."""
    body = 'assert op.get_bind().execute(sa.text("SELECT 1")).scalar() == 1'
    write_project(project, revisions={"0001_first": revision("0001", None, body)})
    done = run("review", project, "--from", "base", temporary=temporary)
    assert done.returncode == 0, done.stderr
    assert "Revision 0001 looks at the database" in " ".join(done.stdout.split())


def test_env_that_runs_nothing(project, temporary):
    write_project(project, env="from models import metadata\n", revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "Env.py ended without calling context.run_migrations()", "on every path")


def test_url_that_nobody_edited(project, temporary):
    """Alembic's own template has `driver://`."""
    env = PLAIN_ENV.replace("postgresql+psycopg://somebody:secret@127.0.0.1:1", "driver://u:p@h")
    write_project(project, env=env, revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "Set any postgresql:// URL", "nothing connects to it")


def test_models_beside_alembic(project, temporary):
    """Two sources of the truth are one too many."""
    write_project(project, revisions=FIRST)
    done = run("review", project, "--models", "models:metadata", temporary=temporary)
    refused(done, 2, "--models models:metadata is for projects without Alembic", "Leave it out")


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("shop:nope", "shop has no MetaData or declarative base nope"),
        ("shop", "shop has no MetaData or declarative base metadata or Base"),
        ("nowhere:metadata", "there is no module nowhere to import"),
        ("shop.nowhere", "there is no module shop.nowhere to import"),
    ],
)
def test_models_that_are_not_there(project, temporary, reference, words):
    (project / "shop").mkdir()
    (project / "shop" / "__init__.py").write_text("")
    done = run("review", project, "--models", reference, temporary=temporary)
    stderr = refused(done, 2, f"--models {reference}: {words}", "Say it as MODULE:ATTRIBUTE")
    assert "Traceback" not in stderr
    untouched(project, temporary)


def test_draft_that_was_edited_is_not_replaced(project, temporary):
    """The drafted revision may have somebody's work in it."""
    models = """
        from sqlalchemy import Column, Integer, MetaData, Table
        metadata = MetaData()
        Table("one", metadata, Column("id", Integer))
    """
    write_project(project, models=models)
    assert run("review", project, temporary=temporary).returncode == 0
    (draft,) = (project / "pgcraft-out").glob("*.py")
    draft.write_text(draft.read_text() + "# mine\n")
    done = run("review", project, temporary=temporary)
    refused(done, 2, f"{draft.name} was edited", "Move it to the versions")
    assert draft.read_text().endswith("# mine\n")
    draft.unlink()
    assert run("review", project, temporary=temporary).returncode == 0


def test_files_of_an_earlier_run_are_said_to_be_that(project, temporary):
    """A verdict that is still there is not this run's."""
    write_project(project, revisions=FIRST)
    run("review", project, "--from", "base", temporary=temporary)
    (project / "models.py").write_text("1 / 0\n")
    done = run("review", project, temporary=temporary)
    refused(done, 3, "pgcraft-out are those of an earlier run")


def test_env_for_several_databases(project, temporary):
    """As Alembic's multidb template does it."""
    env = (
        PLAIN_ENV
        + "\nif not context.is_offline_mode():\n    exec(open(__file__).read().split('if ')[-1])\n"
    )
    loop = """    for _ in range(2):
        with create_engine(URL, poolclass=pool.NullPool).connect() as connection:
            run(connection=connection)
"""
    env = PLAIN_ENV[: PLAIN_ENV.index("    with create_engine")] + loop
    write_project(project, env=env, revisions=FIRST)
    done = run("review", project, temporary=temporary)
    refused(done, 3, "runs the migrations more than once", "review each by itself")
    untouched(project, temporary)


def test_two_heads(project, temporary):
    revisions = {**FIRST, "0002_other": revision("0002", None, "pass")}
    write_project(project, revisions=revisions)
    done = run("review", project, temporary=temporary)
    refused(done, 2, "The history has 2 heads: 0001, 0002", "alembic merge heads")
    untouched(project, temporary)


def test_history_that_refers_to_a_missing_revision(project, temporary):
    write_project(project, revisions={"0002_lost": revision("0002", "0001", "pass")})
    done = run("review", project, temporary=temporary)
    refused(done, 3, "0001")
    untouched(project, temporary)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("1000", "There is no revision 1000 in the history. Did you mean 000"),
        ("xyz", "There is no revision xyz in the history. `alembic history` lists"),
        ("00", "--from 00 fits 2 revisions: 0001, 0002. Give more characters."),
    ],
)
def test_unknown_base(project, temporary, wanted, words):
    revisions = {**FIRST, "0002_more": revision("0002", "0001", "pass")}
    write_project(project, revisions=revisions)
    refused(run("review", project, "--from", wanted, temporary=temporary), 2, words)
    untouched(project, temporary)


def test_output_that_is_a_file(project, temporary):
    write_project(project, revisions=FIRST)
    (project / "out").write_text("mine")
    done = run("review", project, "--output", project / "out", temporary=temporary)
    refused(done, 2, "is a file", "choose another place with --output")
    assert (project / "out").read_text() == "mine"
    untouched(project, temporary)


def test_output_that_is_a_link_out_of_the_project(project, temporary, tmp_path):
    write_project(project, revisions=FIRST)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / "pgcraft-out").symlink_to(elsewhere)
    done = run("review", project, temporary=temporary)
    refused(done, 2, "is a link that leads out of the project", "Remove the link")
    assert list(elsewhere.iterdir()) == []


def test_output_below_a_link_out_of_the_project(project, temporary, tmp_path):
    write_project(project, revisions=FIRST)
    (project / "build").symlink_to(tmp_path)
    done = run("review", project, "--output", project / "build" / "sql", temporary=temporary)
    refused(done, 2, "is a link that leads out of the project")
    assert not (tmp_path / "sql").exists()


def test_output_that_is_not_writable(project, temporary):
    """Nothing is closed to root but what the kernel keeps to itself."""
    write_project(project, revisions=FIRST)
    closed = Path("/proc/pgcraft")
    if os.geteuid() != 0:
        closed = project / "closed" / "out"
        closed.parent.mkdir()
        closed.parent.chmod(0o555)
    done = run("review", project, "--output", closed, temporary=temporary)
    refused(done, 2, "cannot be written", "choose another place with --output")
    assert "Starting PostgreSQL" not in done.stderr
    untouched(project, temporary)


def test_no_postgresql_of_that_version(project, temporary):
    write_project(project, revisions=FIRST)
    done = run("review", project, "--postgres", "99", temporary=temporary)
    refused(done, 4, "99")
    untouched(project, temporary)


def test_no_postgresql_in_that_directory(project, temporary):
    write_project(project, revisions=FIRST)
    done = run("review", project, "--postgres", project, temporary=temporary)
    refused(done, 4, str(project))
    untouched(project, temporary)


def test_postgresql_that_cannot_be_initialised(project, temporary, programs):
    """The programs are there and do not work: where they are is said, and what they wrote."""
    write_project(project, revisions=FIRST)
    broken = temporary / "bin"
    broken.mkdir()
    for name in ("postgres", "psql", "pg_dump"):
        (broken / name).symlink_to(programs.path(name))
    (broken / "initdb").symlink_to("/bin/false")
    done = run("review", project, "--postgres", broken, "--no-cache", temporary=temporary)
    refused(
        done,
        4,
        f"could not be started with the programs in {broken}. initdb failed with exit status 1",
        "choose other programs with --postgres",
    )
    shutil.rmtree(broken)
    untouched(project, temporary)


def test_kind_that_is_unknown_is_refused_with_the_nearest(project, temporary):
    """``--manage veiw`` must not mean nothing."""
    write_project(project, revisions=FIRST)
    done = run("review", project, "--manage", "veiw", temporary=temporary)
    refused(done, 2, "there is no kind 'veiw'. Did you mean 'view'?")
