// The front page of Engines is written by its owner.
