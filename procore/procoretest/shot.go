package procoretest

import (
	"bytes"
	"encoding/binary"
	picture "image"
	_ "image/gif" // so that their sizes are known
	_ "image/jpeg"
	_ "image/png"
	"io"
	"time"
)

// longestHeader is how far into a photo its size and date are looked for.
const longestHeader = 256 << 10

// A shot is what a photo tells of itself.
type shot struct {
	width, height int
	taken         time.Time // zero if it does not say
}

// readShot reads what a photo tells of itself. A file that is no photo tells nothing.
func readShot(f *stored) (shot, error) {
	content, err := f.blob.Open()
	if err != nil {
		return shot{}, err
	}
	defer content.Close()
	head, err := io.ReadAll(io.LimitReader(content, longestHeader))
	if err != nil {
		return shot{}, err
	}
	var s shot
	if c, _, err := picture.DecodeConfig(bytes.NewReader(head)); err == nil {
		s.width, s.height = c.Width, c.Height
	}
	if _, tiff, ok := bytes.Cut(head, []byte("Exif\x00\x00")); ok {
		s.taken = exifDate(tiff)
	}
	return s, nil
}

const (
	exifPointer      = 0x8769 // the directory of the camera
	dateTimeOriginal = 0x9003 // when the shutter opened
	exifTime         = "2006:01:02 15:04:05"
)

// exifDate is the time at which the camera says the photo was taken, which has no zone: UTC is as good
// as any.
func exifDate(tiff []byte) time.Time {
	if len(tiff) < 8 {
		return time.Time{}
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	sub, ok := exifField(tiff, order, order.Uint32(tiff[4:]), exifPointer)
	if !ok {
		return time.Time{}
	}
	at, ok := exifField(tiff, order, sub, dateTimeOriginal)
	if !ok || uint64(at)+uint64(len(exifTime)) > uint64(len(tiff)) {
		return time.Time{}
	}
	taken, err := time.Parse(exifTime, string(tiff[at:][:len(exifTime)]))
	if err != nil {
		return time.Time{}
	}
	return taken
}

// exifField is the value, or the place, of a field in the directory at an offset.
func exifField(tiff []byte, order binary.ByteOrder, at uint32, tag uint16) (uint32, bool) {
	const entry = 12
	if uint64(at)+2 > uint64(len(tiff)) {
		return 0, false
	}
	rest := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(rest) < entry {
			return 0, false
		}
		if order.Uint16(rest) == tag {
			return order.Uint32(rest[8:]), true
		}
		rest = rest[entry:]
	}
	return 0, false
}
