"""What a history needs and the scratch server has not."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project
from projects.small_project import PLAIN_ENV, revision, write_project

from pgcraft.errors import UserCodeError


def test_extension_that_the_server_lacks_is_a_sentence(tmp_path):
    """It says what to install, or where to turn."""
    first = revision("0001", None, 'op.execute("CREATE EXTENSION no_such_extension")')
    project = write_project(tmp_path, env=PLAIN_ENV, revisions={"0001_first": first})
    with pytest.raises(UserCodeError, match="no_such_extension") as caught:
        review_project(project)
    assert caught.value.advice is not None
    assert "The scratch PostgreSQL has no no_such_extension" in caught.value.advice


MODELS = """
from sqlalchemy import Column, DDL, Integer, MetaData, Table, event

metadata = MetaData()
t = Table("t", metadata, Column("id", Integer, primary_key=True))
event.listen(t, "after_create", DDL('GRANT SELECT ON t TO "Their App"'))
"""


def test_roles_that_only_production_has_are_given_and_told(tmp_path):
    """The history names one, the models another; neither is made by the scripts."""
    first = revision(
        "0001",
        None,
        """
        op.execute("CREATE SCHEMA old")
        op.execute("GRANT USAGE ON SCHEMA old TO reporting")
        """,
        'op.execute("DROP SCHEMA old")',
    )
    project = write_project(tmp_path, models=MODELS, env=PLAIN_ENV, revisions={"0001_first": first})
    report = proven(review_project(project))
    assert "CREATE ROLE" not in report.scripts.upgrade.content.decode()
    assert (
        'GRANT SELECT ON TABLE public.t TO "Their App"' in report.scripts.upgrade.content.decode()
    )
    told = [one.message for one in report.findings if one.rule == "given-role"]
    assert [text.partition(", ")[0] for text in told] == [
        "No revision and no model makes the role Their App",
        "No revision and no model makes the role reporting",
    ]
