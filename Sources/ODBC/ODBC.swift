// The front page of ODBC is written by its owner.
