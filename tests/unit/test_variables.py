"""What the user's code sees of the caller's environment."""

from __future__ import annotations

import pytest

from pgcraft.project.variables import PLACEHOLDER, user_variables


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("LANG", "C.UTF-8", "C.UTF-8"),
        ("SHOP_REGION", "eu", "eu"),
        ("MONKEY", "banana", "banana"),
        ("GITHUB_TOKEN", "ghs_x", None),
        ("GITHUB_OUTPUT", "/file", None),
        ("ACTIONS_RUNTIME_TOKEN", "x", None),
        ("INPUT_COMMENT-MODE", "x", None),
        ("RUNNER_TEMP", "/tmp", None),
        ("PGPASSWORD", "x", None),
        ("PGSERVICEFILE", "x", None),
        ("SSH_AUTH_SOCK", "/sock", None),
        ("SECRET_KEY", "x", PLACEHOLDER),
        ("stripe_api_key", "x", PLACEHOLDER),
        ("NPM_TOKEN", "x", PLACEHOLDER),
        ("AWS_SECRET_ACCESS_KEY", "x", PLACEHOLDER),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "30", "30"),
        ("USE_AUTH", "true", "true"),
        ("DB_PASSWORD", "x", PLACEHOLDER),
        ("DATABASE_URL", "postgresql://a:b@db/prod", "postgresql://scratch@localhost/scratch"),
        (
            "DB",
            "postgresql+asyncpg://a:b@db/prod?sslmode=require",
            "postgresql+asyncpg://scratch@localhost/scratch",
        ),
        ("CACHE", "redis://user:pw@cache:6379/1", "redis://cache:6379/1"),
        ("HOME_PAGE", "https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("HOOK_TOKEN", "https://example.org/t0ken", PLACEHOLDER),
        ("BROKEN", "http://[x", PLACEHOLDER),
    ],
)
def test_variable_is_passed_hidden_or_removed(name, value, seen):
    """Secrets lose their value, CI's and libpq's variables are gone, the rest stays."""
    assert user_variables({name: value}).get(name) == seen


def test_no_value_that_was_hidden_stays_anywhere():
    """No part of a password is left in any value."""
    secret = "hunter2"
    variables = {
        "TOKEN": secret,
        "URL": f"https://me:{secret}@host/path",
        "DSN": f"postgres://me:{secret}@host/db",
    }
    assert secret not in str(user_variables(variables))


def test_hash_seed_is_fixed():
    """The order of sets in the user's code must not change the output."""
    assert user_variables({"PYTHONHASHSEED": "7"})["PYTHONHASHSEED"] == "0"
