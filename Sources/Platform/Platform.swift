// The front page of Platform is written by its owner.
