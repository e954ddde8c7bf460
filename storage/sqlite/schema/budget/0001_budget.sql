-- What the Governors of a credential have spent, in their own words.
CREATE TABLE account (
	credential TEXT NOT NULL UNIQUE,
	data       BLOB NOT NULL
) STRICT;

-- The time of the latest update of any account, which start of the machine that was in, and how long
-- after it.
CREATE TABLE tick (
	id   INTEGER PRIMARY KEY CHECK (id = 1),
	data BLOB
) STRICT;
INSERT INTO tick VALUES (1, NULL);
