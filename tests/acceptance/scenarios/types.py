"""Every type of SQLAlchemy's PostgreSQL dialect, with server defaults of each sort."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

HEAD = """
from sqlalchemy import *
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeDecorator

metadata = MetaData()
"""

TYPES = {
    "ARRAY(Integer)": "'{1,2}'",
    "pg.ARRAY(Text, dimensions=2)": "'{{a,b},{c,d}}'::text[]",
    "pg.ARRAY(pg.UUID)": None,
    "pg.ARRAY(Numeric(10, 2))": None,
    "pg.ARRAY(pg.TIMESTAMP(precision=3, timezone=True))": None,
    "BigInteger": "1 + 2",
    "pg.BIT(4)": "B'1010'",
    "pg.BIT(12, varying=True)": "'101'",
    "Boolean": "true",
    "pg.BYTEA": r"'\x00ff'",
    "CHAR(3)": "'abc'",
    "pg.CIDR": "'10.0.0.0/8'",
    "pg.CITEXT": None,
    "Date": "CURRENT_DATE",
    "pg.DATEMULTIRANGE": "'{}'",
    "pg.DATERANGE": "'[2020-01-01,2020-02-01)'",
    "DateTime(timezone=True)": "now()",
    "pg.TIMESTAMP(precision=3)": "clock_timestamp()",
    "pg.TIMESTAMP(precision=0, timezone=True)": "'2020-01-01 00:00:00+02'",
    "pg.DOUBLE_PRECISION": "1.5",
    "Float(24)": "'NaN'",
    "Float": "random()",
    "pg.HSTORE": None,
    "pg.INET": "'::1'",
    "Integer": "-1",
    "pg.INT4MULTIRANGE": "'{[1,3),[5,7)}'",
    "pg.INT4RANGE": "'[1,3)'",
    "pg.INT8MULTIRANGE": None,
    "pg.INT8RANGE": "int8range(1, 5)",
    "Interval": "'1 day 02:00:00'",
    "pg.INTERVAL(fields='DAY TO SECOND', precision=2)": "'1 day'",
    "pg.INTERVAL(fields='YEAR TO MONTH')": None,
    "pg.INTERVAL(precision=3)": None,
    "pg.JSON": "'{\"a\": 1}'",
    "pg.JSONB": "'[]'::jsonb",
    "JSON": "json_build_object('a', 1)",
    "pg.JSONPATH": "'$.a'",
    "LargeBinary": None,
    "pg.MACADDR": "'08:00:2b:01:02:03'",
    "pg.MACADDR8": "'08:00:2b:01:02:03:04:05'",
    "pg.MONEY": "12.5",
    "Numeric": "0.1",
    "Numeric(10, 2)": "round(1.005, 2)",
    "Numeric(5, 0)": None,
    "pg.NUMMULTIRANGE": None,
    "pg.NUMRANGE": "numrange(1.5, 2.5)",
    "pg.OID": "0",
    "REAL": "'-Infinity'",
    "pg.REGCLASS": "'pg_class'::regclass",
    "pg.REGCONFIG": "'simple'",
    "SmallInteger": "length('abc')",
    "String": r"'it''s: 100% \\ \:x'",
    "String(7)": "NULL",
    "String(9, collation='C')": "'x'",
    "Text": "E'tab\\tnew\\nline'",
    "Text(collation='POSIX')": "current_user",
    "Time": "LOCALTIME",
    "pg.TIME(precision=3, timezone=True)": "'10:00:00+01'",
    "pg.TSMULTIRANGE": None,
    "pg.TSQUERY": "'a & b'",
    "pg.TSRANGE": None,
    "pg.TSTZMULTIRANGE": None,
    "pg.TSTZRANGE": "tstzrange(now(), NULL)",
    "pg.TSVECTOR": "to_tsvector('simple', 'a b')",
    "Unicode(12)": "CASE WHEN 1 > 0 THEN 'ö' ELSE 'x' END",
    "Uuid": "gen_random_uuid()",
    "pg.UUID(as_uuid=False)": "'00000000-0000-0000-0000-000000000000'",
    "Enum('a', 'b', name='native')": "'a'",
    "Boolean(name='flag', create_constraint=True)": None,
    "Enum('a', 'bb', native_enum=False)": None,
    "pg.ENUM('x y', \"it's\", name='of_dialect')": "'it''s'",
    "pg.DOMAIN('positive', Integer, check=text('VALUE > 0'), not_null=True)": "5",
    "pg.DOMAIN('zip', String(5), default='00000', collation='C')": None,
}
EXTENSIONS = """
for name in ("citext", "hstore"):
    event.listen(metadata, "before_create", DDL(f"CREATE EXTENSION IF NOT EXISTS {name}"))
"""


def table(columns: list[tuple[str, str | None]], *, first: int = 0, defaults: bool = True) -> str:
    """A table with a column of each type."""
    lines = [
        f'    Column("c{number}", {type_}'
        + (f", server_default=text({default!r})" if default and defaults else "")
        + "),"
        for number, (type_, default) in enumerate(columns, first)
    ]
    return (
        f'{HEAD}{EXTENSIONS}types = Table("types", metadata, Column("id", Integer, primary_key=True),\n'
        + "\n".join(lines)
        + '\n    schema="s")\n'
    )


LISTED = list(TYPES.items())
FILLED = "INSERT INTO s.types DEFAULT VALUES"
COUNTED = {"SELECT count(*) FROM s.types": [(2,)]}

SCENARIOS = {
    "every type, made by CREATE TABLE; defaults go and come back": Scenario(
        old=table(LISTED, defaults=False),
        new=table(LISTED),
        # A domain that is NOT NULL wants a value.
        use_old=f"INSERT INTO s.types (c{list(TYPES).index(next(one for one in TYPES if 'positive' in one))}) VALUES (1)",
        use_new=FILLED,
        holds=COUNTED,
        kept=COUNTED,
    ),
    "every type, made by ADD COLUMN": Scenario(
        old=table([("Integer", "1")], first=999),
        new=table([("Integer", "1")], first=999).replace(
            "\n    schema=",
            table(LISTED).partition("primary_key=True),")[2].rpartition("\n    schema=")[0]
            + "\n    schema=",
        ),
        use_old=FILLED,
        use_new=FILLED,
        holds=COUNTED,
        kept=COUNTED,
    ),
    "every type goes with its table": Scenario(
        old=table(LISTED),
        new=HEAD
        + EXTENSIONS
        + 'Table("other", metadata, Column("id", Integer, primary_key=True), schema="s")\n',
        use_old=FILLED,
    ),
}
