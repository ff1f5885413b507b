// The front page of Fleet is written by its owner.
