package sqlite

import (
	"database/sql/driver"
	"fmt"
	"math"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// recordBits is how much of a key the number of a Record takes; the pair's number stands before it.
const recordBits = 43

const maxRecord = syncer.RecordID(1)<<recordBits - 1

// keyOf returns the key of a Record. The number fits: see fitting.
func keyOf(pair int64, id syncer.RecordID) int64 {
	return pair<<recordBits | int64(id) //nolint:gosec // at most maxRecord
}

// recordOf returns the number of the Record that has the key.
func recordOf(key int64) syncer.RecordID {
	return syncer.RecordID(key) & maxRecord //nolint:gosec // keys are positive
}

// fitting returns an error unless a Record of the number can be stored.
func fitting(id syncer.RecordID) error {
	if id > maxRecord {
		return fmt.Errorf("record %d: numbers go up to %d: %w", id, maxRecord, syncer.ErrInvalid)
	}
	return nil
}

// nameHash leads to the Records of one folded name in one folder. Others may have it too: whoever
// follows it compares. The folder stands first, so that what is in one folder lies together.
func nameHash(parent int64, key syncer.Key) int64 {
	const offset, prime, low = 2166136261, 16777619, 1<<31 - 1 // FNV-1a: what is stored outlives the process
	h := uint32(offset)
	for i := range 8 {
		h = (h ^ uint32(parent>>(8*i)&0xff)) * prime
	}
	for i := range len(key) {
		h = (h ^ uint32(key[i])) * prime
	}
	return parent&low<<32 | int64(h)
}

// noTime is the zero time as an integer. It stands before all others.
const noTime = math.MinInt64 + 1

// nanos orders times as integers. What lies outside three centuries around now is cut.
func nanos(t time.Time) int64 {
	switch {
	case t.IsZero():
		return noTime
	case t.Year() < 1678:
		return noTime + 1
	case t.Year() > 2261:
		return math.MaxInt64
	}
	return t.UnixNano()
}

// instant is the time that nanos made a number of.
func instant(n int64) time.Time {
	if n == noTime {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// optional returns a text, or NULL for an empty one.
func optional(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}

// signed and unsigned carry counters, which stay below the sign bit.
func signed(n uint64) int64   { return int64(min(n, math.MaxInt64)) }
func unsigned(n int64) uint64 { return uint64(max(n, 0)) }
