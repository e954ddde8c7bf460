CREATE TABLE charge (
	id     INTEGER PRIMARY KEY,
	action TEXT    NOT NULL,
	at     INTEGER NOT NULL -- nanoseconds
) STRICT;
CREATE INDEX charge_action ON charge (action, at);

-- A charge in one scope. Sums over a window are read from the index alone.
CREATE TABLE spent (
	charge INTEGER NOT NULL REFERENCES charge (id) ON DELETE CASCADE,
	scope  TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	count  INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_charge ON spent (charge);
CREATE INDEX spent_window ON spent (scope, at, count);

-- The time of the latest charge ever made, also of those that were taken back.
CREATE TABLE clock (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	at INTEGER
) STRICT;
INSERT INTO clock VALUES (1, NULL);
