-- Conflicts that were met, open ones and settled ones.
CREATE TABLE clash (
	pair    INTEGER NOT NULL REFERENCES pair (id),
	id      TEXT    NOT NULL,
	since   INTEGER NOT NULL, -- nanoseconds
	settled INTEGER,          -- nanoseconds; NULL as long as it is open
	data    BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX clash_id ON clash (pair, id);
CREATE INDEX clash_order ON clash (pair, since, id);
CREATE INDEX clash_open ON clash (pair, since, id) WHERE settled IS NULL;
CREATE INDEX clash_age ON clash (pair, settled) WHERE settled IS NOT NULL;
