"""Triggers and event triggers."""

from __future__ import annotations

from migrate.states.pair import Pair

BASE = """
CREATE TABLE s.t (id integer PRIMARY KEY, a integer, b text);
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION s.other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
"""
DDL = """
CREATE FUNCTION s.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end {} EXECUTE FUNCTION s.on_ddl();
"""


def _on(when: str, how: str = "FOR EACH ROW", call: str = "s.note()") -> str:
    return f"CREATE TRIGGER noted {when} ON s.t {how} EXECUTE FUNCTION {call};"


STATES = {
    "trigger's time, event, condition and function": Pair(
        BASE + _on("BEFORE UPDATE OF a, b") + "COMMENT ON TRIGGER noted ON s.t IS 'x';",
        BASE
        + _on(
            "AFTER INSERT OR DELETE OR UPDATE",
            "FOR EACH ROW WHEN (pg_trigger_depth() < 1)",
            "s.other('it''s', 'b\\c')",
        )
        + "COMMENT ON TRIGGER noted ON s.t IS 'x';",
    ),
    "trigger with transition tables": Pair(
        BASE + _on("AFTER TRUNCATE", "FOR EACH STATEMENT"),
        BASE
        + _on("AFTER UPDATE", "REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT"),
    ),
    "constraint trigger": Pair(
        BASE
        + "CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON s.t DEFERRABLE FOR EACH ROW"
        + " EXECUTE FUNCTION s.note();",
        BASE
        + "CREATE CONSTRAINT TRIGGER noted AFTER INSERT ON s.t DEFERRABLE INITIALLY DEFERRED"
        + " FOR EACH ROW EXECUTE FUNCTION s.note(); ALTER TABLE s.t ENABLE ALWAYS TRIGGER noted;",
    ),
    "trigger's states through its changes": Pair(
        BASE + _on("BEFORE UPDATE") + "ALTER TABLE s.t ENABLE REPLICA TRIGGER noted;",
        BASE + _on("BEFORE INSERT") + "ALTER TABLE s.t DISABLE TRIGGER noted;",
    ),
    "disabled trigger comes back when its column changes": Pair(
        BASE
        + _on("BEFORE UPDATE OF a", "FOR EACH ROW WHEN (new.a > 3)")
        + "ALTER TABLE s.t DISABLE TRIGGER noted; COMMENT ON TRIGGER noted ON s.t IS 'x';",
        BASE.replace("a integer", "a bigint")
        + _on("BEFORE UPDATE OF a", "FOR EACH ROW WHEN (new.a > 3)")
        + "ALTER TABLE s.t DISABLE TRIGGER noted; COMMENT ON TRIGGER noted ON s.t IS 'x';",
    ),
    "trigger function goes with its triggers": Pair(
        BASE + _on("BEFORE UPDATE"), "CREATE TABLE s.t (id integer PRIMARY KEY, a integer, b text);"
    ),
    "trigger's function in another schema": Pair(
        "CREATE SCHEMA x;" + BASE + _on("BEFORE UPDATE"),
        "CREATE SCHEMA x;"
        + BASE.replace("s.note", "x.note")
        + _on("BEFORE UPDATE", call="x.note()"),
    ),
    "event trigger": Pair(
        DDL.format("WHEN TAG IN ('CREATE TABLE')"),
        DDL.format("WHEN TAG IN ('CREATE TABLE', 'DROP TABLE')")
        + "ALTER EVENT TRIGGER watch DISABLE; COMMENT ON EVENT TRIGGER watch IS 'x';",
    ),
    "event trigger comes last and goes first": Pair(
        "",
        DDL.replace("'BEGIN END'", "'BEGIN RAISE ''too early''; END'").format("")
        + "".join(f"-- {n}\n" for n in range(2)),
    ),
}
