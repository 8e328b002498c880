"""The PostgreSQL server that judges everything: find it, start a scratch one, look into it."""
