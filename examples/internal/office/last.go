package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// LastRun is what is remembered of the last run of a tool.
type LastRun struct {
	Ended  time.Time     `json:"ended"`
	Full   bool          `json:"full"`
	Totals syncer.Totals `json:"totals"`
	// Err is why it ended early, Paused why there was none.
	Err    string `json:"error,omitempty"`
	Paused string `json:"paused,omitempty"`
}

const lastPrefix = "last run/"

// noteRuns remembers what became of the tools of a Link. It is for people, and decides nothing.
func (o *Office) noteRuns(ctx context.Context, l mapping.Link, results []mapping.Result) error {
	ctx = context.WithoutCancel(ctx) // also what was broken off is worth knowing
	notes := map[string][]byte{}
	for _, r := range results {
		last := LastRun{Ended: time.Now().UTC(), Paused: r.Paused}
		if r.Report != nil {
			last.Full, last.Totals = r.Report.Full, r.Report.Totals
		}
		if r.Err != nil {
			last.Err = r.Err.Error()
		}
		text, err := json.Marshal(last)
		if err != nil {
			return err
		}
		notes[lastPrefix+l.Pair(r.Tool)] = text
	}
	err := o.file.Notes.Change(ctx, lastPrefix+l.ID, func(map[string][]byte) (map[string][]byte, error) { return notes, nil })
	if err != nil {
		return fmt.Errorf("remember the run: %w", err)
	}
	return nil
}

// lastRun returns nil if there was none.
func (o *Office) lastRun(ctx context.Context, pair string) (*LastRun, error) {
	found, err := o.file.Notes.Read(ctx, lastPrefix+pair)
	if err != nil {
		return nil, err
	}
	text, ok := found[lastPrefix+pair]
	if !ok {
		return nil, nil //nolint:nilnil // none is no error
	}
	var last LastRun
	if err := json.Unmarshal(text, &last); err != nil {
		return nil, errors.Join(fmt.Errorf("last run of %s: %w", pair, syncer.ErrDamaged), err)
	}
	return &last, nil
}
