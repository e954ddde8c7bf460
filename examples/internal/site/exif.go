package site

import (
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// An exif says what a camera writes beside a picture.
type exif struct {
	maker, model string
	taken        time.Time // in the zone of the camera
	latitude     float64   // degrees, north is positive
	longitude    float64   // degrees, east is positive
	width        int       // pixels
	height       int
	text         string // description, ASCII
}

// Types of EXIF values, with their sizes in bytes.
const (
	exifByte     = 1
	exifASCII    = 2
	exifShort    = 3
	exifLong     = 4
	exifRational = 5
	exifOpaque   = 7
)

// segment returns the APP1 segment that a JPEG file carries right after its first two bytes.
func (e exif) segment() []byte {
	zone := e.taken.Format("-07:00")
	stamp := e.taken.Format("2006:01:02 15:04:05")
	world := e.taken.UTC()
	detail := directory{
		{0x9000, exifOpaque, []byte("0232")},
		{0x9003, exifASCII, ascii(stamp)},
		{0x9004, exifASCII, ascii(stamp)},
		{0x9010, exifASCII, ascii(zone)},
		{0x9011, exifASCII, ascii(zone)},
		{0xa002, exifLong, long(e.width)},
		{0xa003, exifLong, long(e.height)},
	}
	place := directory{
		{0x0000, exifByte, []byte{2, 3, 0, 0}},
		{0x0001, exifASCII, ascii(hemisphere(e.latitude, "N", "S"))},
		{0x0002, exifRational, degrees(e.latitude)},
		{0x0003, exifASCII, ascii(hemisphere(e.longitude, "E", "W"))},
		{0x0004, exifRational, degrees(e.longitude)},
		{0x0007, exifRational, rationals(world.Hour(), 1, world.Minute(), 1, world.Second(), 1)},
		{0x001d, exifASCII, ascii(world.Format("2006:01:02"))},
	}
	main := directory{
		{0x010e, exifASCII, ascii(e.text)},
		{0x010f, exifASCII, ascii(e.maker)},
		{0x0110, exifASCII, ascii(e.model)},
		{0x0112, exifShort, []byte{1, 0}},
		{0x0132, exifASCII, ascii(stamp)},
		{0x8769, exifLong, nil},
		{0x8825, exifLong, nil},
	}
	const first = 8
	second := first + main.size()
	third := second + detail.size()
	main[5].value, main[6].value = long(second), long(third)

	body := slices.Concat([]byte("Exif\x00\x00II*\x00"), long(first),
		main.encode(first), detail.encode(second), place.encode(third))
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2)) //nolint:gosec // some hundred bytes
	return append(head, body...)
}

// A directory is a list of values, in the order of their tags. Numbers are little-endian.
type directory []struct {
	tag, kind uint16
	value     []byte
}

// size is how many bytes the directory takes, with the values that do not fit into its list.
func (d directory) size() int {
	n := 2 + 12*len(d) + 4
	for _, entry := range d {
		if len(entry.value) > 4 {
			n += even(len(entry.value))
		}
	}
	return n
}

// encode writes a directory that stands so many bytes after the start.
func (d directory) encode(at int) []byte {
	le := binary.LittleEndian
	list := le.AppendUint16(nil, uint16(len(d))) //nolint:gosec // seven
	var far []byte
	for _, entry := range d {
		list = le.AppendUint16(list, entry.tag)
		list = le.AppendUint16(list, entry.kind)
		list = append(list, long(len(entry.value)/width(entry.kind))...)
		if len(entry.value) <= 4 {
			list = append(list, append(entry.value, 0, 0, 0, 0)[:4]...)
			continue
		}
		list = append(list, long(at+2+12*len(d)+4+len(far))...)
		far = append(far, entry.value...)
		far = append(far, make([]byte, even(len(far))-len(far))...)
	}
	return slices.Concat(list, long(0), far)
}

func even(n int) int { return (n + 1) / 2 * 2 }

// width is how many bytes one value of a type has.
func width(kind uint16) int {
	switch kind {
	case exifShort:
		return 2
	case exifLong:
		return 4
	case exifRational:
		return 8
	}
	return 1
}

func ascii(text string) []byte { return append([]byte(text), 0) }

func long(n int) []byte {
	return binary.LittleEndian.AppendUint32(nil, uint32(n)) //nolint:gosec // lengths and offsets in one segment
}

// rationals are pairs of numerator and denominator.
func rationals(numbers ...int) []byte {
	var all []byte
	for _, n := range numbers {
		all = append(all, long(n)...)
	}
	return all
}

// degrees writes an angle as degrees, minutes and thousandths of seconds.
func degrees(angle float64) []byte {
	total := int(math.Round(math.Abs(angle) * 3600 * 1000))
	return rationals(total/3_600_000, 1, total/60_000%60, 1, total%60_000, 1000)
}

func hemisphere(angle float64, positive, negative string) string {
	if angle < 0 {
		return negative
	}
	return positive
}
