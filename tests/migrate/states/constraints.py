"""Constraints of all kinds."""

from __future__ import annotations

from migrate.states.pair import Pair

TWO = """
CREATE TABLE s.a (id integer PRIMARY KEY, x integer, y integer, UNIQUE (x, y));
CREATE TABLE s.b (id integer PRIMARY KEY, x integer, y integer);
"""


def _on_b(constraint: str) -> str:
    return f"{TWO} ALTER TABLE s.b ADD CONSTRAINT k {constraint};"


STATES = {
    "foreign key's actions and match": Pair(
        _on_b("FOREIGN KEY (x, y) REFERENCES s.a (x, y) MATCH FULL ON DELETE SET NULL"),
        _on_b("FOREIGN KEY (x, y) REFERENCES s.a (x, y) ON UPDATE CASCADE"),
    ),
    "foreign key sets some columns to null": Pair(
        _on_b("FOREIGN KEY (x, y) REFERENCES s.a (x, y) ON DELETE SET NULL (y)"),
        _on_b("FOREIGN KEY (x, y) REFERENCES s.a (x, y) ON DELETE SET DEFAULT (x, y)"),
        since=15,
    ),
    "foreign key deferrable": Pair(
        _on_b("FOREIGN KEY (x) REFERENCES s.a"),
        _on_b("FOREIGN KEY (x) REFERENCES s.a DEFERRABLE INITIALLY DEFERRED")
        + "COMMENT ON CONSTRAINT k ON s.b IS 'x';",
    ),
    "foreign keys' deferring alone": Pair(
        _on_b("FOREIGN KEY (x, y) REFERENCES s.a (x, y) MATCH FULL ON DELETE SET NULL")
        + """ALTER TABLE s.b ADD CONSTRAINT "L 1" FOREIGN KEY (x) REFERENCES s.a DEFERRABLE,
            ADD CONSTRAINT m FOREIGN KEY (x) REFERENCES s.a DEFERRABLE INITIALLY DEFERRED,
            ADD CONSTRAINT n FOREIGN KEY (y) REFERENCES s.a DEFERRABLE NOT VALID;""",
        _on_b("FOREIGN KEY (x, y) REFERENCES s.a (x, y) MATCH FULL ON DELETE SET NULL DEFERRABLE")
        + """ALTER TABLE s.b
            ADD CONSTRAINT "L 1" FOREIGN KEY (x) REFERENCES s.a DEFERRABLE INITIALLY DEFERRED,
            ADD CONSTRAINT m FOREIGN KEY (x) REFERENCES s.a,
            ADD CONSTRAINT n FOREIGN KEY (y) REFERENCES s.a INITIALLY DEFERRED NOT VALID;""",
    ),
    "foreign key's deferring and validity": Pair(
        _on_b("FOREIGN KEY (x) REFERENCES s.a NOT VALID"),
        _on_b("FOREIGN KEY (x) REFERENCES s.a DEFERRABLE"),
    ),
    "foreign key of a partitioned table deferrable": Pair(
        "CREATE TABLE s.a (id integer PRIMARY KEY); CREATE TABLE s.b (id integer,"
        " a integer CONSTRAINT k REFERENCES s.a) PARTITION BY RANGE (id);"
        "CREATE TABLE s.b1 PARTITION OF s.b FOR VALUES FROM (0) TO (9);",
        "CREATE TABLE s.a (id integer PRIMARY KEY); CREATE TABLE s.b (id integer,"
        " a integer CONSTRAINT k REFERENCES s.a INITIALLY DEFERRED) PARTITION BY RANGE (id);"
        "CREATE TABLE s.b1 PARTITION OF s.b FOR VALUES FROM (0) TO (9);",
    ),
    "foreign key not validated": Pair(
        _on_b("FOREIGN KEY (x) REFERENCES s.a"), _on_b("FOREIGN KEY (x) REFERENCES s.a NOT VALID")
    ),
    "foreign key to another table": Pair(
        _on_b("FOREIGN KEY (x) REFERENCES s.a"), _on_b("FOREIGN KEY (x) REFERENCES s.b")
    ),
    "foreign key not enforced": Pair(
        _on_b("FOREIGN KEY (x) REFERENCES s.a"),
        _on_b("FOREIGN KEY (x) REFERENCES s.a NOT ENFORCED"),
        since=18,
    ),
    "check without inheritance, comment kept": Pair(
        _on_b("CHECK (x > 0)") + "COMMENT ON CONSTRAINT k ON s.b IS 'x';",
        _on_b("CHECK (x > 0) NO INHERIT") + "COMMENT ON CONSTRAINT k ON s.b IS 'x';",
    ),
    "unique key becomes deferrable and includes a column": Pair(
        _on_b("UNIQUE (x)"),
        _on_b("UNIQUE (x) INCLUDE (y) DEFERRABLE"),
    ),
    "unique key with nulls not distinct": Pair(
        _on_b("UNIQUE (x)"), _on_b("UNIQUE NULLS NOT DISTINCT (x)"), since=15
    ),
    "unique key becomes a unique index of its name": Pair(
        _on_b("UNIQUE (x)"), TWO + "CREATE UNIQUE INDEX k ON s.b (x);"
    ),
    "constraint becomes another kind of its name": Pair(
        _on_b("UNIQUE (x)"), _on_b("CHECK (x > 0)") + "COMMENT ON CONSTRAINT k ON s.b IS 'x';"
    ),
    "exclusion with predicate and operators": Pair(
        _on_b("EXCLUDE USING btree (x WITH =) WHERE (y > 0)"),
        _on_b("EXCLUDE USING gist (int4range(x, y) WITH &&) DEFERRABLE"),
    ),
    "key's storage options and clustering": Pair(
        _on_b("UNIQUE (x) WITH (fillfactor = 70)") + "ALTER TABLE s.b CLUSTER ON k;",
        _on_b("UNIQUE (x) WITH (fillfactor = 80)") + "ALTER TABLE s.a CLUSTER ON a_pkey;",
    ),
    "primary key to other columns under a foreign key": Pair(
        "CREATE TABLE s.a (id integer PRIMARY KEY, x integer NOT NULL UNIQUE);"
        "CREATE TABLE s.b (a integer CONSTRAINT f REFERENCES s.a);",
        "CREATE TABLE s.a (id integer NOT NULL UNIQUE, x integer NOT NULL PRIMARY KEY);"
        "CREATE TABLE s.b (a integer CONSTRAINT f REFERENCES s.a);",
    ),
    "unique key dropped that a view groups by": Pair(
        TWO + "CREATE VIEW s.v AS SELECT id, x, y FROM s.b GROUP BY id;",
        TWO.replace("s.b (id integer PRIMARY KEY", "s.b (id integer")
        + "CREATE VIEW s.v AS SELECT id, x, y FROM s.b;",
    ),
    "key renamed that a view groups by": Pair(
        TWO + "CREATE VIEW s.v AS SELECT id, x, y FROM s.b GROUP BY id;",
        TWO.replace("s.b (id integer", "s.b (id integer CONSTRAINT other")
        + "CREATE VIEW s.v AS SELECT id, x, y FROM s.b GROUP BY id;",
    ),
    "temporal keys": Pair(
        "CREATE EXTENSION btree_gist;"
        "CREATE TABLE s.a (id integer, during tstzrange, PRIMARY KEY (id, during));",
        "CREATE EXTENSION btree_gist;"
        "CREATE TABLE s.a (id integer, during tstzrange,"
        " PRIMARY KEY (id, during WITHOUT OVERLAPS));"
        "CREATE TABLE s.b (a integer, during tstzrange, FOREIGN KEY (a, PERIOD during)"
        " REFERENCES s.a (id, PERIOD during));",
        since=18,
    ),
}
