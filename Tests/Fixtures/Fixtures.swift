// The front page of Fixtures is written by its owner.
