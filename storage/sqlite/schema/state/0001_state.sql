-- Columns are what rows are found and ordered by. Everything else of a value, and those once more, is
-- in data: see code.go.
--
-- Numbers of Records are unique within a pair only. As a key they are put behind the pair's number:
-- key = pair << 43 | record. So a pair's Records lie side by side in the order of their numbers, and
-- one look into one tree finds any of them.

CREATE TABLE pair (
	id       INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 1048575),
	name     TEXT    NOT NULL UNIQUE,
	fence    INTEGER NOT NULL DEFAULT 0,  -- of the latest lease
	machine  TEXT    NOT NULL DEFAULT '', -- that the lease was given to
	ends     INTEGER,                     -- when the lease ends, in nanoseconds; NULL if nobody has it
	records  INTEGER NOT NULL DEFAULT 0,  -- how many there are: a missing one is damage, not absence
	hints    INTEGER NOT NULL DEFAULT 0,  -- the last number of a hint
	outcomes INTEGER NOT NULL DEFAULT 0,  -- the last number of an outcome
	header   BLOB
) STRICT;

CREATE TABLE record (
	key                INTEGER PRIMARY KEY,
	pair               INTEGER NOT NULL REFERENCES pair (id),
	parent             INTEGER NOT NULL, -- key
	source_parent      INTEGER,          -- key, if the item stands elsewhere on that side
	destination_parent INTEGER,
	source_id          TEXT,
	destination_id     TEXT,
	source_name        INTEGER,          -- hash of folder and folded name, if present on that side
	destination_name   INTEGER,
	data               BLOB    NOT NULL  -- the whole Record
) STRICT;
CREATE INDEX record_parent ON record (parent);
CREATE INDEX record_source_parent ON record (source_parent) WHERE source_parent IS NOT NULL;
CREATE INDEX record_destination_parent ON record (destination_parent) WHERE destination_parent IS NOT NULL;
CREATE UNIQUE INDEX record_source_id ON record (pair, source_id) WHERE source_id IS NOT NULL;
CREATE UNIQUE INDEX record_destination_id ON record (pair, destination_id) WHERE destination_id IS NOT NULL;
CREATE INDEX record_source_name ON record (source_name) WHERE source_name IS NOT NULL;
CREATE INDEX record_destination_name ON record (destination_name) WHERE destination_name IS NOT NULL;

CREATE TABLE intent (
	n      INTEGER PRIMARY KEY, -- grows with each one that is added
	pair   INTEGER NOT NULL REFERENCES pair (id),
	action TEXT    NOT NULL,
	data   BLOB    NOT NULL
) STRICT;
CREATE INDEX intent_order ON intent (pair);
CREATE UNIQUE INDEX intent_action ON intent (pair, action);

CREATE TABLE tombstone (
	pair    INTEGER NOT NULL REFERENCES pair (id),
	side    INTEGER NOT NULL,
	item    TEXT    NOT NULL,
	expires INTEGER, -- what it is too old by, in nanoseconds; NULL if it is kept for good
	data    BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX tombstone_item ON tombstone (pair, side, item);
CREATE INDEX tombstone_age ON tombstone (pair, expires) WHERE expires IS NOT NULL;

CREATE TABLE pending (
	pair   INTEGER NOT NULL REFERENCES pair (id),
	record INTEGER NOT NULL,
	side   INTEGER NOT NULL,
	item   TEXT    NOT NULL,
	data   BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX pending_item ON pending (pair, record, side, item);

CREATE TABLE hold (
	pair   INTEGER NOT NULL REFERENCES pair (id),
	action TEXT    NOT NULL,
	since  INTEGER NOT NULL, -- nanoseconds
	data   BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX hold_action ON hold (pair, action);
CREATE INDEX hold_order ON hold (pair, since, action);

CREATE TABLE inbox (
	pair INTEGER NOT NULL REFERENCES pair (id),
	seq  INTEGER NOT NULL,
	data BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX inbox_order ON inbox (pair, seq);

-- What the unfinished scan has met: a row for each 4,096 Records, with a bit for each of them.
CREATE TABLE seen (
	pair  INTEGER NOT NULL REFERENCES pair (id),
	side  INTEGER NOT NULL,
	chunk INTEGER NOT NULL,
	data  BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX seen_chunk ON seen (pair, side, chunk);

CREATE TABLE journal (
	pair  INTEGER NOT NULL REFERENCES pair (id),
	fence INTEGER NOT NULL,
	seq   INTEGER NOT NULL, -- 1, 2, 3 ... through all owners
	data  BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX journal_order ON journal (pair, fence, seq);

CREATE TABLE stream (
	name TEXT NOT NULL UNIQUE,
	data BLOB NOT NULL -- the cursor
) STRICT;
