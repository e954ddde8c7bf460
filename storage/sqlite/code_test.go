package sqlite

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

// decoders reads a value of each type, and writes what it has read.
func decoders() map[string]func(data []byte) ([]byte, error) {
	return map[string]func(data []byte) ([]byte, error){
		"record":    again((*coder).record),
		"header":    again((*coder).header),
		"intent":    again((*coder).intent),
		"tombstone": again((*coder).tombstone),
		"pending":   again((*coder).pending),
		"hold":      again((*coder).hold),
		"hint":      again((*coder).hinted),
		"outcome":   again((*coder).outcome),
		"seen":      again((*coder).met),
	}
}

func again[T any](code func(c *coder, v *T)) func(data []byte) ([]byte, error) {
	return func(data []byte) ([]byte, error) {
		var v, same T
		if err := decode(data, func(c *coder) { code(c, &v) }); err != nil {
			return nil, err
		}
		out := encode(func(c *coder) { code(c, &v) })
		if err := decode(out, func(c *coder) { code(c, &same) }); err != nil {
			return nil, err
		}
		return out, nil
	}
}

// FuzzAValueIsReadOrRefused gives every decoder bodies that nobody has written, under a checksum that is right.
func FuzzAValueIsReadOrRefused(f *testing.F) {
	f.Add([]byte{1, 1, 0})
	f.Add(encodeRecord(&syncer.Record{ID: 7, Name: "a", Source: syncer.Half{ID: "1", Facts: &syncer.Facts{Link: "l"}}})[1:])
	f.Fuzz(func(t *testing.T, body []byte) {
		data := encode(func(c *coder) { c.out = append(c.out, body...) })
		for name, decoder := range decoders() {
			out, err := decoder(data)
			if err != nil {
				require.ErrorIs(t, err, syncer.ErrDamaged, name)
				continue
			}
			once, err := decoder(out)
			require.NoError(t, err, name)
			require.Equal(t, out, once, "%s changes when it is written again", name)
		}
		_, err := decodeRecord(body)
		if err != nil {
			require.ErrorIs(t, err, syncer.ErrDamaged)
		}
	})
}

func TestAFlippedBitInAValueIsNoticed(t *testing.T) {
	t.Parallel()
	good := encodeRecord(&syncer.Record{ID: 7, ParentID: 1, Kind: syncer.File, Name: "plan.pdf", Source: syncer.Half{ID: "41", Size: 9}})
	for at := range good {
		for bit := range 8 {
			data := append([]byte(nil), good...)
			data[at] ^= 1 << bit
			_, err := decodeRecord(data)
			require.ErrorIs(t, err, syncer.ErrDamaged)
		}
		_, err := decodeRecord(good[:at])
		require.ErrorIs(t, err, syncer.ErrDamaged)
	}
	newer := encode(func(c *coder) { c.out[0]++ })
	_, err := decodeRecord(newer)
	require.ErrorContains(t, err, "version 2, this program knows 1")
}

func TestNumbersAndTimesAreNotRounded(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{0, 1, -1, 63, -64, 64, math.MaxInt64, math.MinInt64} {
		var got int64
		require.NoError(t, decode(encode(func(c *coder) { c.int(&n) }), func(c *coder) { c.int(&got) }))
		require.Equal(t, n, got)
	}
	for _, at := range []time.Time{
		{}, time.Unix(0, 1), time.Unix(-1, 999_999_999), time.Date(9999, 1, 2, 3, 4, 5, 6, time.UTC), time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		var got time.Time
		require.NoError(t, decode(encode(func(c *coder) { c.time(&at) }), func(c *coder) { c.time(&got) }))
		require.True(t, at.Equal(got), "%s became %s", at, got)
	}
}

func TestTimesAreOrderedAsIntegers(t *testing.T) {
	t.Parallel()
	order := []time.Time{
		{}, time.Date(100, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(-1, 0), time.Unix(0, 0), time.Unix(0, 1), time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	for i := range order[1:] {
		require.Less(t, nanos(order[i]), nanos(order[i+1]))
	}
	require.Greater(t, nanos(time.Time{}), int64(noTime-1), "a page begins before everything")
	require.True(t, instant(nanos(time.Time{})).IsZero())
}
