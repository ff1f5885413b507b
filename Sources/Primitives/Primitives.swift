// The front page of Primitives is written by its owner.
