// The front page of Schema is written by its owner.
