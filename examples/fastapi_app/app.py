"""Users over HTTP, with FastAPI: ``fastapi dev`` or ``uvicorn app:app``."""

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from myapp.database import URL
from myapp.models import users
from pydantic import BaseModel
from sqlalchemy import create_engine, select
from sqlalchemy.exc import DataError

engine = create_engine(URL)
app = FastAPI()


class UserCreate(BaseModel):
    name: str
    email: str
    age: int | None = None


@app.get("/users")
def list_users():
    with engine.connect() as conn:
        rows = conn.execute(select(users)).mappings().all()
        return [dict(r) for r in rows]


@app.get("/users/{user_id}")
def get_user(user_id: int):
    with engine.connect() as conn:
        row = conn.execute(select(users).where(users.c.id == user_id)).mappings().first()
        if not row:
            raise HTTPException(status_code=404)
        return dict(row)


@app.post("/users", status_code=201)
def create_user(body: UserCreate):
    with engine.begin() as conn:
        result = conn.execute(
            users.insert().values(**body.model_dump(exclude_none=True)).returning(users)
        )
        return dict(result.mappings().first())


@app.exception_handler(DataError)
def refuse_value(_request, error):
    # A value of the right type that PostgreSQL's type cannot hold: a number beyond its range,
    # a text with a zero byte.
    return JSONResponse({"detail": str(error.orig)}, status_code=422)
