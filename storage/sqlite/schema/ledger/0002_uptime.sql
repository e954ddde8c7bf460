-- Which start of the machine the time of the latest charge was noted in, and how long after it.
ALTER TABLE clock ADD COLUMN boot TEXT;
ALTER TABLE clock ADD COLUMN up INTEGER; -- nanoseconds
