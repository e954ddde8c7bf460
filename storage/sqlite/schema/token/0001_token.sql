-- Tokens are encrypted before they come here: see connect.TokenKey. Nothing but the name of the
-- credential can be read without the key.
CREATE TABLE token (
	credential TEXT NOT NULL UNIQUE,
	data       BLOB NOT NULL
) STRICT;
