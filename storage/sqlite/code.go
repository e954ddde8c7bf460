package sqlite

import (
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A value is stored as a version, its fields, and a checksum of both: SQLite itself does not notice a
// flipped bit in what it stores. Fields are written without names, in the order of their code.
const codeVersion = 1

// castagnoli is the polynomial that processors compute by themselves.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// coder writes the fields of a value, or reads them in the same order: one function for each type
// does both, so that the two cannot differ.
type coder struct {
	reading bool
	out     []byte
	in      string
	bad     bool // what is read is not what was written
}

// encode returns what is stored of a value whose fields f goes through.
func encode(f func(c *coder)) []byte {
	c := &coder{out: make([]byte, 1, 192)}
	c.out[0] = codeVersion
	f(c)
	return binary.LittleEndian.AppendUint32(c.out, crc32.Checksum(c.out, castagnoli()))
}

// decode lets f read what encode returned. Strings that f reads share one copy of data.
func decode(data []byte, f func(c *coder)) error {
	body := len(data) - crc32.Size
	switch {
	case body < 1:
		return damaged("value of %d bytes", len(data))
	case crc32.Checksum(data[:body], castagnoli()) != binary.LittleEndian.Uint32(data[body:]):
		return damaged("value of %d bytes has another checksum", len(data))
	case data[0] != codeVersion:
		return damaged("value of version %d, this program knows %d", data[0], codeVersion)
	}
	c := &coder{reading: true, in: string(data[1:body])}
	f(c)
	if c.bad || c.in != "" {
		return damaged("value of %d bytes does not fit its type", len(data))
	}
	return nil
}

func (c *coder) uint(v *uint64) {
	if !c.reading {
		c.out = binary.AppendUvarint(c.out, *v)
		return
	}
	n, shift := uint64(0), 0
	for i := range len(c.in) {
		b := c.in[i]
		if shift == 63 && b > 1 || shift > 63 {
			break
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			*v, c.in = n, c.in[i+1:]
			return
		}
		shift += 7
	}
	c.fail()
}

func (c *coder) fail() { c.bad, c.in = true, "" }

func (c *coder) int(v *int64) {
	folded := uint64(*v)<<1 ^ uint64(*v>>63) //nolint:gosec // the sign goes to the end, so that small numbers are short
	c.uint(&folded)
	*v = int64(folded>>1) ^ -int64(folded&1)
}

func (c *coder) bool(v *bool) {
	var n uint64
	if *v {
		n = 1
	}
	c.uint(&n)
	if n > 1 {
		c.fail()
	}
	*v = n == 1
}

// bools keeps a few of them in one number. One that is added behind the others is false in what was
// written before.
func (c *coder) bools(list ...*bool) {
	var n uint64
	for bit, v := range list {
		if *v {
			n |= 1 << bit
		}
	}
	c.uint(&n)
	if n >= 1<<len(list) {
		c.fail()
	}
	for bit, v := range list {
		*v = n&(1<<bit) != 0
	}
}

// time keeps instants to the nanosecond, in whatever year.
func (c *coder) time(v *time.Time) {
	zero := v.IsZero()
	c.bool(&zero)
	if zero {
		*v = time.Time{}
		return
	}
	seconds, nanos := v.Unix(), uint64(v.Nanosecond()) //nolint:gosec // below 1e9
	c.int(&seconds)
	c.uint(&nanos)
	if nanos >= 1e9 {
		c.fail()
	}
	if c.reading {
		*v = time.Unix(seconds, int64(nanos)).UTC() //nolint:gosec // below 1e9
	}
}

// str is for strings of all types.
func str[T ~string](c *coder, v *T) {
	n := uint64(len(*v))
	c.uint(&n)
	switch {
	case !c.reading:
		c.out = append(c.out, *v...)
	case n > uint64(len(c.in)):
		c.fail()
	default:
		*v, c.in = T(c.in[:n]), c.in[n:]
	}
}

// small is for enumerations. Values above most were not written by us.
func small[T ~uint8](c *coder, v *T, most T) {
	n := uint64(*v)
	c.uint(&n)
	if n > uint64(most) {
		c.fail()
		return
	}
	*v = T(n)
}

// whole is for counts and numbers of all types.
func whole[T ~uint64](c *coder, v *T) {
	n := uint64(*v)
	c.uint(&n)
	*v = T(n)
}
