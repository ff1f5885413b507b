// The front page of Postgres is written by its owner.
