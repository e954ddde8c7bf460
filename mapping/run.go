package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Run is what became of a tool of a Link from a beginning to an end, as it is remembered.
type Run struct {
	// Number names it for ever.
	Number uint64 `json:"run"`
	// Link is the ID of the Link, Name what it was called then.
	Link string `json:"link_id"`
	Name string `json:"link"`
	Tool Tool   `json:"tool"`
	// By is what began it, in the program's words: SyncOptions.By.
	By      string    `json:"by,omitempty"`
	Started time.Time `json:"started"`
	// Ended is zero while it runs, and stays so if it was interrupted.
	Ended time.Time `json:"ended,omitzero"`
	State RunState  `json:"result"`
	// On is the service that an error came from, "procore" or "box", empty if that is not known.
	On string `json:"on,omitempty"`
	// Reason is why it did not come to a good end, in words, and Cause the kind of that. Evidence is that
	// of a Halt.
	Reason   string       `json:"reason,omitempty"`
	Cause    syncer.Cause `json:"cause,omitempty"`
	Evidence string       `json:"evidence,omitempty"`
	// Incomplete are folders that could not be listed, and sides that were not listed to their end, 20 at most.
	Incomplete []syncer.Unlisted `json:"incomplete,omitempty"`
	// Full says that it ended a full scan. It, Totals and Calls are known in the end: of a run that works, or
	// that was interrupted, its items tell what it did.
	Full   bool          `json:"full"`
	Totals syncer.Totals `json:"totals"`
	// Calls are how many calls it made, by service, as far as Options.Calls tells.
	Calls map[string]int64 `json:"calls,omitempty"`
	// Times is how many runs it stands for that came to the same end one after the other and wrote nothing:
	// from the beginning of the first to the end of the last of them, on one day by UTC.
	Times int `json:"times"`
	// Fences are those of the leases that it worked under: what it did are the outcomes of the pair's
	// journal that were written under them.
	Fences []Fences `json:"fences,omitempty"`
}

// Fences are numbers that follow each other, from the first to the last.
type Fences struct {
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// RunState is how a run ended, or that it did not. The text is what people read.
type RunState string

// How a run can end.
const (
	// RunSettled: both sides agree, but for what the rules or a side rule out.
	RunSettled RunState = "settled"
	// RunWaits: something is left for a person or another run.
	RunWaits RunState = "waits"
	// RunUnfinished: more was to do than there was time for. A later run goes on.
	RunUnfinished RunState = "unfinished"
	// RunPaused: a root is in the trash or not visible; nothing was done.
	RunPaused RunState = "paused"
	// RunHalted: it stopped until a person has looked.
	RunHalted RunState = "halted"
	// RunFailed: an error ended it.
	RunFailed RunState = "failed"
	// RunStopped: somebody ended it.
	RunStopped RunState = "stopped"
	// RunRunning: it works now.
	RunRunning RunState = "running"
	// RunInterrupted: its process died. What it had begun the next run looks into.
	RunInterrupted RunState = "interrupted"
)

// Well reports whether nothing about the end of the run asks for anybody.
func (s RunState) Well() bool {
	return s == RunSettled || s == RunUnfinished || s == RunStopped || s == RunRunning
}

// serviceOf returns the service that an error came from, empty if it does not tell.
func serviceOf(err error) string {
	var side syncer.Side
	if o, ok := errors.AsType[*OpenError](err); ok {
		side = o.Side
	} else if e, ok := errors.AsType[*syncer.Error](err); ok {
		side = e.Side
	} else {
		return ""
	}
	return serviceAt(side)
}

// serviceAt is what stands on a side of every pair.
func serviceAt(side syncer.Side) string {
	if side == syncer.Destination {
		return "box"
	}
	return "procore"
}

// Pair returns the name of the pair that it worked on.
func (r *Run) Pair() string { return Link{ID: r.Link}.Pair(r.Tool) }

// Covers reports whether an outcome was written by the run.
func (r *Run) Covers(p syncer.Position) bool {
	return slices.ContainsFunc(r.Fences, func(f Fences) bool { return f.First <= p.Fence && p.Fence <= f.Last })
}

// fence adds one to those of the run.
func (r *Run) fence(n uint64) {
	if last := len(r.Fences) - 1; last >= 0 && r.Fences[last].Last+1 == n {
		r.Fences[last].Last = n
		return
	}
	r.Fences = append(r.Fences, Fences{n, n})
}

// most bounds how many ranges of fences a run has that stands for several.
const most = 32

// follows reports whether r came to the same end as the run before it, and wrote as little.
func (r *Run) follows(before *Run) bool {
	quiet := func(r *Run) bool { return r.Totals.Writes == 0 && r.State != RunRunning && r.State != RunInterrupted }
	const day = 24 * time.Hour
	return quiet(r) && quiet(before) && r.By == before.By && r.State == before.State && r.Cause == before.Cause && r.On == before.On &&
		(r.Reason == "") == (before.Reason == "") && // it may name a request, so the text of one trouble differs each time
		(r.Cause != "" || r.State == RunWaits || r.Reason == before.Reason) &&
		r.Evidence == before.Evidence && r.Full == before.Full && r.Totals == before.Totals &&
		r.Started.UTC().Truncate(day).Equal(before.Started.UTC().Truncate(day)) && len(before.Fences) < most
}

// take makes r stand for the run before it, too.
func (r *Run) take(before *Run) {
	r.Started, r.Times = before.Started, before.Times+r.Times
	fences := slices.Clone(before.Fences)
	for _, f := range r.Fences {
		if last := len(fences) - 1; last >= 0 && fences[last].Last+1 == f.First {
			fences[last].Last = f.Last
		} else {
			fences = append(fences, f)
		}
	}
	r.Fences = fences
	r.called(nil, before.Calls)
}

// called adds the calls that were made between two counts.
func (r *Run) called(before, now map[string]int64) {
	for service, n := range now {
		if n -= before[service]; n == 0 {
			continue
		}
		if r.Calls == nil {
			r.Calls = map[string]int64{}
		}
		r.Calls[service] += n
	}
}

// runVersion is that of the form in which runs are stored, as version is for Links.
const runVersion = 1

type storedRun struct {
	Version int             `json:"version"`
	Run     json.RawMessage `json:"run"`
}

func encodeRun(r *Run) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode run %d: %w", r.Number, err)
	}
	return json.Marshal(storedRun{Version: runVersion, Run: text})
}

// decodeRun reads what encodeRun made.
func decodeRun(number uint64, data []byte) (Run, error) {
	var s storedRun
	if err := strictly(data, &s); err != nil {
		return Run{}, fmt.Errorf("run %d: %w: %w", number, syncer.ErrDamaged, err)
	}
	if s.Version != runVersion {
		return Run{}, fmt.Errorf("run %d has form %d, this program knows %d: %w", number, s.Version, runVersion, syncer.ErrDamaged)
	}
	var r Run
	if err := strictly(s.Run, &r); err != nil {
		return Run{}, fmt.Errorf("run %d: %w: %w", number, syncer.ErrDamaged, err)
	}
	r.Number = number
	return r, nil
}
