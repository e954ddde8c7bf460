package syncer

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
)

// Algorithm names a content hash. The empty Algorithm means that a side tells none.
type Algorithm string

const (
	SHA1   Algorithm = "sha1"
	SHA256 Algorithm = "sha256"
	MD5    Algorithm = "md5"
)

// New returns a fresh hash, or nil for an Algorithm that is not one of the constants.
// SHA-1 and MD5 are here because services publish them; they find changes, not forgeries.
func (a Algorithm) New() hash.Hash {
	switch a {
	case SHA1:
		return sha1.New()
	case SHA256:
		return sha256.New()
	case MD5:
		return md5.New()
	}
	return nil
}

// Digest is an Algorithm, a colon and the lower-case hexadecimal sum. Empty means unknown.
type Digest string

// Sum returns the Digest of a hash that has been fed by Algorithm a.
func (a Algorithm) Sum(h hash.Hash) Digest {
	return Digest(string(a) + ":" + hex.EncodeToString(h.Sum(nil)))
}

// Of returns the Digest of data, mostly for tests and fakes.
func (a Algorithm) Of(data []byte) Digest {
	h := a.New()
	if h == nil {
		return ""
	}
	h.Write(data)
	return a.Sum(h)
}

// Algorithm returns the part before the colon.
func (d Digest) Algorithm() Algorithm {
	name, _, _ := strings.Cut(string(d), ":")
	return Algorithm(name)
}

// Comparable reports whether two Digests can be compared: both known, and of one Algorithm.
func (d Digest) Comparable(other Digest) bool {
	return d != "" && other != "" && d.Algorithm() == other.Algorithm()
}
