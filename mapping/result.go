package mapping

import (
	"errors"

	"github.com/procorebox/procorebox/syncer"
)

// Result is what became of one tool in a [Links.Sync].
type Result struct {
	Link string `json:"link"`
	Tool Tool   `json:"tool"`
	// Paused says why the tool was not kept in step: a root is in the trash, or not visible.
	Paused string `json:"paused,omitempty"`
	// Report adds up all runs of the tool; nil if there was none.
	Report *syncer.Report `json:"report,omitempty"`
	// Err is what ended its last run, nil if nothing did. A syncer.Halt waits for a person.
	Err error `json:"-"`
}

// Settled reports whether both sides of the tool agree.
func (r Result) Settled() bool {
	return r.Paused == "" && r.Err == nil && r.Report != nil && r.Report.Settled()
}

// plus adds a later report of a tool to an earlier one. What is left is as the later one tells it.
func plus(a, b *syncer.Report) *syncer.Report {
	if a == nil {
		return b
	}
	out := *b
	out.Started, out.Full = a.Started, a.Full || b.Full
	out.Totals.Writes += a.Totals.Writes
	out.Totals.Uploads += a.Totals.Uploads
	out.Totals.Moves += a.Totals.Moves
	out.Totals.Deletes += a.Totals.Deletes
	out.Totals.Bytes += a.Totals.Bytes
	met := map[string]bool{}
	for _, c := range b.Conflicts {
		met[c.Path] = true
	}
	out.Conflicts = nil
	for _, c := range a.Conflicts {
		if !met[c.Path] { // one that waits is told by each run
			out.Conflicts = append(out.Conflicts, c)
		}
	}
	out.Conflicts = append(out.Conflicts, b.Conflicts...)
	out.Totals.Conflicts = len(out.Conflicts)
	return &out
}

// paused returns why a run found that a pair cannot go on before one of its roots is back. A Halt is
// another matter: that one waits for a person's word.
func paused(err error) (string, bool) {
	if _, asks := errors.AsType[*syncer.Halt](err); asks || !errors.Is(err, syncer.ErrHalted) {
		return "", false
	}
	return err.Error(), true
}
