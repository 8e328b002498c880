"""examples/postgrest_api on a real server, used as PostgREST does: one transaction a request."""

from __future__ import annotations

import contextlib
import importlib.util
import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

EXAMPLE = Path(__file__).parents[2] / "examples" / "postgrest_api"


@pytest.fixture(scope="module")
def models():
    """The example's models."""
    spec = importlib.util.spec_from_file_location("postgrest_api_models", EXAMPLE / "models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.config.configure_metadata(module.metadata)
    return module


@pytest.fixture
def engine(models, server, database):
    """An engine on a database with the example's schema."""
    engine = create_engine("postgresql+psycopg://", connect_args=server.conninfo(database))
    with engine.begin() as connection:
        connection.execute(CreateSchema("shop"))
        models.metadata.create_all(connection)
        connection.execute(
            text(
                "INSERT INTO shop.products (name, price, cost) VALUES ('nut', 1, 0.5), ('bolt', 2, 1)"
            )
        )
    yield engine
    engine.dispose()


@pytest.fixture
def request_as(engine):
    """Make a request: as authenticator, who becomes anon, with the claims of a token."""

    @contextlib.contextmanager
    def make(**claims):
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL SESSION AUTHORIZATION authenticator"))
            connection.execute(text("SET LOCAL ROLE anon"))
            setting = text("SELECT set_config('request.jwt.claims', :claims, true)")
            connection.execute(setting, {"claims": json.dumps(claims)})

            def request(sql):
                result = connection.execute(text(sql))
                return result.all() if result.returns_rows else None

            yield request

    return make


def test_products_can_be_read_and_written_but_for_the_cost(request_as):
    """Computed columns come back; hidden ones are not there."""
    with request_as() as request:
        rows = request("SELECT * FROM api.products ORDER BY id")
        assert [tuple(map(str, row)) for row in rows] == [
            ("1", "nut", "1.00", "True", "1.200"),
            ("2", "bolt", "2.00", "True", "2.400"),
        ]
        made = request(
            "INSERT INTO api.products (name, price) VALUES ('cog', 5) RETURNING id, listed, price_with_tax"
        )
        assert [tuple(row) for row in made] == [(3, True, 6)]
        assert request("UPDATE api.products SET price = 6 WHERE id = 3 RETURNING price_with_tax")[
            0
        ][0] == Decimal("7.2")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT cost FROM api.products", 'column "cost" does not exist'),
        ("SELECT * FROM shop.products", "permission denied"),
        ("DELETE FROM api.products", "permission denied for view products"),
        (
            "UPDATE api.products SET price_with_tax = 1",
            "column price_with_tax of api.products can only be read",
        ),
        ("UPDATE api.products SET price = -1", "ck_products_price"),
        ("UPDATE api.products SET listed = false", "would not be in api.products"),
        (
            "UPDATE ratings.products SET stars = 5",
            "column stars of ratings.products can only be read",
        ),
        ("UPDATE api.reviews SET stars = 5", "permission denied for view reviews"),
        ("INSERT INTO api.reviews (product_id, stars) VALUES (1, 6)", "ck_reviews_stars"),
        ("SELECT discount FROM shop.orders", "permission denied"),
        ("SELECT * FROM shop.suppliers_attributes", "permission denied"),
        ("CREATE TABLE api.mine (id int)", "permission denied for schema api"),
    ],
)
def test_other_requests_are_refused_by_the_server(statement, words, request_as):
    """Whatever the client sends, the server knows the limits."""
    with pytest.raises(DBAPIError) as error, request_as(sub="ann") as request:
        request(statement)
    assert words in str(error.value.orig)


def test_orders_are_their_customer_s(request_as):
    """The policy of the table holds through the view, with the claims of the token."""
    with request_as(sub="ann") as request:
        made = request("INSERT INTO api.orders (product_id) VALUES (1) RETURNING *")
        assert made == [(1, "ann", 1, 1)]
    with request_as(sub="eve") as request:
        request("INSERT INTO api.orders (product_id, quantity) VALUES (2, 7)")
        assert request("SELECT customer FROM api.orders") == [("eve",)]
        assert request("UPDATE api.orders SET quantity = 9 WHERE id = 1 RETURNING id") == []
        assert request("DELETE FROM api.orders RETURNING customer, quantity") == [("eve", 7)]
    with request_as() as request:
        assert request("SELECT * FROM api.orders") == []
    with request_as(sub="ann") as request:
        assert request("UPDATE api.orders SET quantity = 3 RETURNING quantity") == [(3,)]
    with pytest.raises(DBAPIError, match="row-level security"), request_as(sub="eve") as request:
        request("INSERT INTO api.orders (customer, product_id) VALUES ('ann', 1)")


def test_aggregates_are_read_and_the_rest_written(request_as):
    """Names are written through the view that counts reviews."""
    with request_as() as request:
        request("INSERT INTO api.reviews (product_id, stars) VALUES (1, 5), (1, 4)")
        rows = request("UPDATE ratings.products SET name = upper(name) RETURNING *")
        assert [tuple(map(str, row)) for row in sorted(rows)] == [
            ("1", "NUT", "2", "4.5"),
            ("2", "BOLT", "0", "None"),
        ]


def test_history_is_kept_behind_the_api(request_as, engine):
    """Writes through the API view reach the append-only dimension."""
    with request_as() as request:
        assert request("INSERT INTO api.suppliers (name) VALUES ('a') RETURNING id") == [(1,)]
        assert request("UPDATE api.suppliers SET name = 'b' RETURNING name") == [("b",)]
        assert request("DELETE FROM api.suppliers RETURNING id") == [(1,)]
        assert request("SELECT * FROM api.suppliers") == []
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT name FROM shop.suppliers_attributes ORDER BY 1"))
        assert names.all() == ["a", "b"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE api.products SET price = -1",
        "INSERT INTO api.products (name, price) VALUES ('free', 0)",
        "INSERT INTO api.orders (product_id, quantity) VALUES (1, -1)",
        "UPDATE api.orders SET quantity = -1",
        "UPDATE api.orders SET product_id = 99",
    ],
)
def test_refusal_does_not_tell_the_hidden_part_of_the_row(statement, request_as):
    """Cost and discount are hidden, and PostgREST would hand the DETAIL on."""
    with request_as(sub="ann") as request:
        request("INSERT INTO api.orders (product_id) VALUES (1)")
    with pytest.raises(DBAPIError) as error, request_as(sub="ann") as request:
        request(statement)
    told = error.value.orig.diag
    assert told.sqlstate.startswith("23")
    assert told.constraint_name in {
        "ck_products_price",
        "ck_orders_quantity",
        "fk__orders__product_id__products",
    }
    assert "row contains" not in str(told.message_detail)
