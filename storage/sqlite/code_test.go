package sqlite

import (
	"fmt"
	"math"
	"reflect"
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
		"mark":      again((*coder).mark),
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
	f.Add(encodeRecord(&syncer.Record{ID: 7, Name: "a", Source: syncer.Half{ID: "1", Facts: &syncer.Facts{Location: "gate 2"}}})[1:])
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

// fill sets every field below v to something that is not zero, and different from field to field.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(int64(*n), int64(*n)).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			require.True(t, v.Type().Field(i).IsExported(), v.Type())
			fill(t, v.Field(i), n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), n)
		fill(t, v.Index(1), n)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Uint8: // an enumeration
		v.SetUint(1)
	case reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(-*n))
	default:
		t.Fatalf("%s: no such thing is stored", v.Type())
	}
}

// carried fails unless a value comes back with all that any field of its type can hold.
func carried[T any](t *testing.T, code func(c *coder, v *T)) {
	t.Helper()
	var want, got T
	n := 0
	fill(t, reflect.ValueOf(&want).Elem(), &n)
	require.NoError(t, decode(encode(func(c *coder) { code(c, &want) }), func(c *coder) { code(c, &got) }))
	require.Equal(t, want, got)
}

func TestNoFieldOfAnyTypeIsForgotten(t *testing.T) {
	t.Parallel()
	carried(t, (*coder).record)
	carried(t, (*coder).header)
	carried(t, (*coder).intent)
	carried(t, (*coder).tombstone)
	carried(t, (*coder).pending)
	carried(t, (*coder).hold)
	carried(t, (*coder).hinted)
	carried(t, (*coder).outcome)
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
