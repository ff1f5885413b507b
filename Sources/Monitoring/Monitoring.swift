// The front page of Monitoring is written by its owner.
