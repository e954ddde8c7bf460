-- What became of runs, for people. Numbers are never given twice, so that one that was printed long ago
-- names no other run. The value has a checksum around it.
CREATE TABLE run (
	n     INTEGER PRIMARY KEY AUTOINCREMENT,
	link  TEXT    NOT NULL,
	began INTEGER NOT NULL, -- nanoseconds
	data  BLOB    NOT NULL
) STRICT;
CREATE INDEX run_link ON run (link, began);
CREATE INDEX run_began ON run (began);
