-- The time of the latest charge under a checksum: a bit of it that flips must not let time pass. What
-- earlier versions have noted in the other columns counts until the next charge.
ALTER TABLE clock ADD COLUMN data BLOB;
