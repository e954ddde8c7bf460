package syncertest

import (
	"io"
	"math/rand/v2"

	"github.com/procorebox/procorebox/syncer"
)

// Faults are what can go wrong between a Handle and its Service, each as the share of calls (0 to
// 1) that it befalls. All are drawn from Rand, so that a seed repeats them. The first four exclude
// each other in one call.
type Faults struct {
	Rand *rand.Rand
	// Refuse fails a call before it has any effect, with one of Refusals, or ErrBusy.
	Refuse   float64
	Refusals []error
	// Fail fails a call before it has any effect, with an error that leaves this open.
	Fail float64
	// Lose loses the reply of a write: the effect takes place, the error leaves this open.
	Lose float64
	// Late fails a write whose effect takes place within Info.Settle. Without a settling time the
	// effect takes place at the next call.
	Late float64
	// Stale makes a List (folder by folder), Find or Look show what was there before the engine's
	// writes that are younger than Info.Settle.
	Stale float64
	// Shift leaves out the first entry of a page, as if others had moved up while pages were read.
	Shift float64
	// Cut ends the body of an Open early, with an error other than io.EOF.
	Cut float64
	// Short ends the body of an Open early as if it were complete: the service breaks its promise.
	Short float64
	// Garble changes a byte of an Open's body: the service breaks its promise.
	Garble float64
	// Spoil changes a byte of an upload on its way. One sent with a digest is then refused.
	Spoil float64
	// Drop, Repeat and Shuffle are the shares of hints that a feed loses, and repeats, and of
	// answers that it gives in disorder.
	Drop, Repeat, Shuffle float64
	// Expire refuses a cursor.
	Expire float64
}

// newRand returns the source of randomness for what is not random.
func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

type fault uint8

const (
	noFault fault = iota
	refused
	failed
	lost
	late
)

// draw decides the fate of one call.
func (f *Faults) draw(write bool) fault {
	if f.Rand == nil {
		return noFault
	}
	at := f.Rand.Float64()
	for i, share := range []float64{f.Refuse, f.Fail, f.Lose, f.Late} {
		if at < share {
			if kind := refused + fault(i); write || kind <= failed {
				return kind
			}
			return noFault
		}
		at -= share
	}
	return noFault
}

// refusal returns the error for a refused call.
func (f *Faults) refusal() error {
	if len(f.Refusals) == 0 || f.Rand == nil {
		return syncer.ErrBusy
	}
	return f.Refusals[f.Rand.IntN(len(f.Refusals))]
}

// hit draws one share.
func (f *Faults) hit(share float64) bool {
	return f.Rand != nil && share > 0 && f.Rand.Float64() < share
}

// garble changes one byte.
func (f *Faults) garble(body string) string {
	if body == "" {
		return "?"
	}
	b := []byte(body)
	b[f.Rand.IntN(len(b))] ^= 0x20
	return string(b)
}

// body returns what an Open reads of contents.
func (f *Faults) body(contents string) io.ReadCloser {
	r := &body{contents: contents, end: io.EOF}
	switch {
	case f.hit(f.Cut):
		r.contents, r.end = contents[:f.Rand.IntN(len(contents)+1)], io.ErrUnexpectedEOF
	case f.hit(f.Short) && contents != "":
		r.contents = contents[:f.Rand.IntN(len(contents))]
	case f.hit(f.Garble):
		r.contents = f.garble(contents)
	}
	return r
}

// body reads contents and then reports end.
type body struct {
	contents string
	end      error
}

func (b *body) Read(p []byte) (int, error) {
	if b.contents == "" {
		return 0, b.end
	}
	n := copy(p, b.contents)
	b.contents = b.contents[n:]
	return n, nil
}

func (b *body) Close() error { return nil }
