// The front page of SQLServerSimulator is written by its owner.
