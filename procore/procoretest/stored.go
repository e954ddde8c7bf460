package procoretest

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// stored is contents that Procore keeps, in its words a prostore file: of a version of a document, of
// a photo, or of an attachment. It never changes, and nobody is told of a hash of it (section 4.6).
type stored struct {
	id   int64
	key  string // in the storage, a ULID
	name string
	kind string // media type
	blob *fake.Blob
	at   *place
	by   *user
	made time.Time
}

// A supply is contents that somebody brings. Used is called once they are kept.
type supply struct {
	name string // as it came, "" for none
	kind string // media type
	blob *fake.Blob
	used func()
}

// take keeps what was brought, under a name.
func (d *drive) take(u *user, at *place, name string, s *supply) *stored {
	s.used()
	return d.keep(u, at, name, s.kind, s.blob)
}

// keep takes contents in.
func (d *drive) keep(u *user, at *place, name, kind string, blob *fake.Blob) *stored {
	now := d.now()
	s := &stored{id: d.next("stored"), key: ulid(now), name: name, kind: kind, blob: blob, at: at, by: u, made: now}
	d.stored[s.id] = s
	d.keys[s.key] = s
	return s
}

// ulid is a new ULID: 26 characters, the time first.
func ulid(now time.Time) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(now.UnixMilli())<<16)
	_, _ = rand.Read(raw[6:])
	// 26 characters of 5 bits are 130: two zero bits come first, so the digits stand as a ULID's do.
	text := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
	var shifted [17]byte
	for i, b := range raw {
		shifted[i] |= b >> 2
		shifted[i+1] = b << 6
	}
	return text.EncodeToString(shifted[:])[:26]
}
