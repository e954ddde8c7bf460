-- Who has the lease, for those who find the pair in use; NULL if nobody has it.
ALTER TABLE pair ADD COLUMN owner BLOB;
