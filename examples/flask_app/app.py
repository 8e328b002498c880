"""Users over HTTP, with Flask: ``flask run``."""

from flask import Flask, abort, jsonify, request
from myapp.database import URL
from myapp.models import users
from sqlalchemy import create_engine, select
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

engine = create_engine(URL)
app = Flask(__name__)

FIELDS = {column.name: column for column in users.columns if not column.primary_key}


@app.get("/users")
def list_users():
    with engine.connect() as conn:
        rows = conn.execute(select(users)).mappings().all()
    return jsonify([dict(r) for r in rows])


@app.get("/users/<int:user_id>")
def get_user(user_id):
    with engine.connect() as conn:
        row = conn.execute(select(users).where(users.c.id == user_id)).mappings().first()
    if not row:
        abort(404)
    return jsonify(dict(row))


@app.post("/users")
def create_user():
    data = request.get_json()
    if problem := problem_of(data):
        abort(422, problem)
    with engine.begin() as conn:
        result = conn.execute(users.insert().values(**data).returning(users))
        return jsonify(dict(result.mappings().first())), 201


def problem_of(data):
    """Say what keeps the data from being a user; the model's columns are the specification."""
    if not isinstance(data, dict):
        return "Send a JSON object."
    if unknown := sorted(data.keys() - FIELDS.keys()):
        return f"There is no field {unknown[0]!r}."
    for name, column in FIELDS.items():
        value = data.get(name)
        if value is None:
            if not column.nullable:
                return f"The field {name!r} is missing."
        # By type(): a JSON true would be an integer for isinstance().
        elif type(value) is not column.type.python_type:
            return f"The field {name!r} has the wrong type."
    return None


@app.errorhandler(HTTPException)
def explain(error):
    return jsonify(detail=error.description), error.code


@app.errorhandler(DataError)
def refuse_value(error):
    # A value of the right type that PostgreSQL's type cannot hold: a number beyond its range,
    # a text with a zero byte.
    return jsonify(detail=str(error.orig)), 422
