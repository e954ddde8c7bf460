package site

import (
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
)

// Sizes of a LAS 1.2 file with points of format 0.
const (
	lasHeader = 227
	lasPoint  = 20
)

// scan returns an Open of a point cloud: a room of 20 m by 12 m by 4 m in millimetres, as a scanner on
// a tripod sees it. The points are made while they are read, so that a great file takes no memory.
func (b *builder) scan(thing string, points int) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(&cloud{left: points, r: b.draw("scan " + thing), pending: cloudHeader(points)}), nil
	}
}

// A cloud yields the points that are left.
type cloud struct {
	left    int
	r       *rand.Rand
	pending []byte
	buffer  [512 * lasPoint]byte
}

func (c *cloud) Read(p []byte) (int, error) {
	if len(c.pending) == 0 {
		if c.left == 0 {
			return 0, io.EOF
		}
		c.fill()
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// fill makes the next points.
func (c *cloud) fill() {
	n := min(c.left, len(c.buffer)/lasPoint)
	c.left -= n
	for i := range n {
		point := c.buffer[i*lasPoint:][:lasPoint]
		chance := c.r.Uint64()
		at := [3]uint32{
			uint32(chance & 0xffff * 20000 >> 16),
			uint32(chance >> 16 & 0xffff * 12000 >> 16),
			uint32(chance >> 32 & 0xffff * 4000 >> 16),
		}
		wall := chance >> 48 % 3
		at[wall] = [3]uint32{20000, 12000, 4000}[wall] * uint32(chance>>50&1)
		for axis, mm := range at {
			binary.LittleEndian.PutUint32(point[4*axis:], mm)
		}
		binary.LittleEndian.PutUint16(point[12:], uint16(chance>>51&0xfff)) // intensity
		point[14] = 0x09                                                    // the only return of its pulse
	}
	c.pending = c.buffer[:n*lasPoint]
}

// cloudHeader is the public header block of the LAS format.
func cloudHeader(points int) []byte {
	h := make([]byte, lasHeader)
	copy(h, "LASF")
	h[24], h[25] = 1, 2
	copy(h[26:58], "EXTRACTION")
	copy(h[58:90], "Tamarack Builders")
	le := binary.LittleEndian
	le.PutUint16(h[90:], 60)   // day of the year
	le.PutUint16(h[92:], 2026) // year
	le.PutUint16(h[94:], lasHeader)
	le.PutUint32(h[96:], lasHeader)
	le.PutUint16(h[105:], lasPoint)
	le.PutUint32(h[107:], uint32(points)) //nolint:gosec // some million
	le.PutUint32(h[111:], uint32(points)) //nolint:gosec // some million
	for i, x := range []float64{
		0.001, 0.001, 0.001, // scale: the points are in millimetres
		0, 0, 0, // offset
		20, 0, 12, 0, 4, 0, // greatest and least of each axis
	} {
		le.PutUint64(h[131+8*i:], math.Float64bits(x))
	}
	return h
}
