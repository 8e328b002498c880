"""The cookbook's second recipe: applications that share their models with Alembic."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import run
from fastapi.testclient import TestClient
from sqlalchemy import text

EXAMPLES = Path(__file__).parents[2] / "examples"
APPS = ("fastapi_app", "flask_app")
ADA = {"name": "Ada", "email": "ada@example.org", "age": 36}


@pytest.fixture(scope="module", params=APPS)
def root(request):
    """One of the projects."""
    return EXAMPLES / request.param


@pytest.fixture(scope="module")
def url(server, root):
    """The URL of a database that the project's migrations made."""
    server.create_database(root.name)
    place = server.conninfo(root.name)
    url = f"postgresql+psycopg://{place['user']}@/{root.name}?host={place['host']}"
    alembic(root, url, "upgrade", "head")
    yield url
    server.drop_database(root.name)


@pytest.fixture(scope="module")
def application(root, url):
    """The project's module, imported as its server would."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.syspath_prepend(root)
        patch.setattr(sys, "dont_write_bytecode", True)
        module = importlib.import_module("app")
        yield module
        module.engine.dispose()
        # Both projects call their modules by the same names.
        for name in ("app", "myapp", "myapp.database", "myapp.models"):
            del sys.modules[name]


@pytest.fixture
def client(root, application):
    """The framework's own test client, on a table without rows."""
    with application.engine.begin() as connection:
        connection.execute(text("TRUNCATE public.users RESTART IDENTITY"))
    if root.name == "flask_app":
        yield application.app.test_client()
    else:
        with TestClient(application.app) as client:
            yield client


def alembic(root: Path, url: str, *arguments: str) -> str:
    """Run Alembic on a project as its user does, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=root,
        env={**os.environ, "DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def body(response):
    """The response's JSON; the two clients have it as a method and as an attribute."""
    return response.json() if callable(response.json) else response.json


def test_user_created_is_returned_listed_and_found(client):
    """201 with the row and the server's key; the same row by its id and in the list."""
    assert body(client.get("/users")) == []
    created = client.post("/users", json=ADA)
    assert created.status_code == 201
    assert body(created) == {"id": 1, **ADA}
    assert body(client.get("/users/1")) == {"id": 1, **ADA}
    client.post("/users", json={"name": "Çelebi", "email": "e@example.org"})
    listed = sorted(body(client.get("/users")), key=lambda user: user["id"])
    second = {"id": 2, "name": "Çelebi", "email": "e@example.org", "age": None}
    assert listed == [{"id": 1, **ADA}, second]


def test_age_given_as_null_is_null(client):
    """An optional field may be null."""
    created = client.post("/users", json={**ADA, "age": None})
    assert (created.status_code, body(created)["age"]) == (201, None)


def test_user_that_is_not_there_is_404(client):
    """An id without a row is not found."""
    assert client.get("/users/1").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "Ada"},
        {**ADA, "name": None},
        {**ADA, "name": 7},
        {**ADA, "age": "old"},
        {**ADA, "age": 36.5},
        {**ADA, "age": 10**10},
        {**ADA, "name": "A\0da"},
        ["Ada"],
        "Ada",
    ],
)
def test_body_that_is_no_user_is_422(client, data):
    """Missing, null, of another type, too large for the column, no object: said, not stored."""
    refused = client.post("/users", json=data)
    assert refused.status_code == 422
    assert body(refused)["detail"]
    assert body(client.get("/users")) == []


@pytest.mark.parametrize("root", ["flask_app"], indirect=True)
@pytest.mark.parametrize(
    "data", [{**ADA, "id": 5}, {**ADA, "emial": ""}, {**ADA, "age": True}], ids=str
)
def test_flask_refuses_what_is_no_field(client, data):
    """Neither a key of the client's choice nor an unknown field gets into the INSERT."""
    assert client.post("/users", json=data).status_code == 422
    assert body(client.get("/users")) == []


@pytest.mark.parametrize("root", ["fastapi_app"], indirect=True)
def test_fastapi_ignores_what_is_no_field(client):
    """A key of the client's choice does not get into the INSERT."""
    assert body(client.post("/users", json={**ADA, "id": 5}))["id"] == 1


@pytest.mark.parametrize(
    ("content", "fastapi", "flask"), [(b"{name", 422, 400), (b"", 422, 400), (b"null", 422, 422)]
)
def test_body_that_is_no_json_object_is_refused(client, root, content, fastapi, flask):
    """What cannot be read is a validation error for FastAPI, a bad request for Flask."""
    headers = {"Content-Type": "application/json"}
    refused = client.post("/users", headers=headers, **raw(root, content))
    assert refused.status_code == {"fastapi_app": fastapi, "flask_app": flask}[root.name]
    assert body(refused)["detail"]


def test_body_that_does_not_say_it_is_json_is_refused(client, root):
    """As ``curl -d x`` sends it: a form."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = client.post("/users", headers=headers, **raw(root, b"x"))
    assert refused.status_code == {"fastapi_app": 422, "flask_app": 415}[root.name]
    assert body(refused)["detail"]


def raw(root: Path, content: bytes) -> dict[str, bytes]:
    """A body as it is, in the words of the project's test client."""
    return {"content" if root.name == "fastapi_app" else "data": content}


@pytest.mark.parametrize(
    ("path", "fastapi", "flask"),
    [
        ("/users/abc", 422, 404),
        ("/users/1.5", 422, 404),
        ("/users/-1", 404, 404),
        ("/users/99999999999", 422, 422),
    ],
)
def test_bad_id_is_refused_by_its_kind(client, root, path, fastapi, flask):
    """No bad id is an error of the server."""
    expected = {"fastapi_app": fastapi, "flask_app": flask}[root.name]
    assert client.get(path).status_code == expected


def test_committed_history_is_what_the_models_say(root, url, tmp_path):
    """`alembic check` and `pgcraft review` find no change; down to nothing and up again works."""
    assert "No new upgrade operations detected" in alembic(root, url, "check")
    alembic(root, url, "downgrade", "base")
    alembic(root, url, "upgrade", "head")
    project = tmp_path / root.name
    shutil.copytree(root, project, ignore=shutil.ignore_patterns("__pycache__", "pgcraft-out"))
    done = run("review", project, temporary=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().startswith("No schema change")


def test_projects_differ_in_the_application_alone():
    """Models, revisions and configuration are the same files in both; each has its database."""
    first, second = (files(EXAMPLES / name) for name in APPS)
    assert first.keys() == second.keys()
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"app.py", "README.md", "myapp/database.py"}


def files(root: Path) -> dict[str, bytes]:
    """The contents of a project's own files."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in found
        if not {"__pycache__", "pgcraft-out"} & set(path.parts)
    }
