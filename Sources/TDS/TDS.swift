// The front page of TDS is written by its owner.
