-- What a program keeps as texts of its own form, such as its settings. The value has a checksum around it.
CREATE TABLE note (
	name TEXT NOT NULL UNIQUE,
	data BLOB NOT NULL
) STRICT;
