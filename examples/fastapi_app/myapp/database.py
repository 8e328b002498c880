"""Where the database is."""

import os

URL = os.environ.get("DATABASE_URL", "postgresql+psycopg:///fastapi_app")
