package syncer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Halt is an error that stops a pair before anything is written, until a person has looked at what
// was found. It wraps ErrHalted.
type Halt struct {
	Pair string
	// Side is where it was found.
	Side Side
	// Why is what was found, in words.
	Why string
	// Evidence stands for what was found. RunOptions.Confirm with it lets a run go on that finds the
	// same again, and no other.
	Evidence string
}

// NewHalt returns a Halt whose Evidence is equal to that of another one exactly if pair, side and
// facts are.
func NewHalt(pair string, side Side, why string, facts ...string) *Halt {
	h := sha256.New()
	fmt.Fprintf(h, "%q|%d|%q", pair, side, facts)
	return &Halt{Pair: pair, Side: side, Why: why, Evidence: hex.EncodeToString(h.Sum(nil)[:8])}
}

// Error says what was found, and how to go on.
func (h *Halt) Error() string {
	return fmt.Sprintf("%s: %v until %s is confirmed", h.Why, ErrHalted, h.Evidence)
}

// Unwrap returns ErrHalted.
func (h *Halt) Unwrap() error { return ErrHalted }
