package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// About names the item that Why is asked about: by the path that it has on either side, which begins with
// the tool, or by the number that a service gives it.
type About struct {
	Path string
	ID   string
	// On says whose number ID is; empty means whoever knows it.
	On Service
}

// What Why says of an item besides the words for a syncer.Condition.
const (
	PausedLink   = "paused"       // the Link or the tool is
	NotChosen    = "not chosen"   // the Link does not sync the tool
	OutsideLinks = "outside"      // it belongs to no tool
	LinkFolder   = "link folder"  // it is the folder of the Link in Box
	NeverSynced  = "never synced" // the tool has had no run yet
)

// Why says why an item is in step or is not.
type Why struct {
	Link string       `json:"link"`
	Tool mapping.Tool `json:"tool,omitempty"`
	// Path is where it stands, or stood last. Asked is the path that was asked about where it is another one, and Moved is
	// what brought it from there to Path.
	Path  string     `json:"path"`
	Asked string     `json:"asked,omitempty"`
	Moved []WhyEvent `json:"moved,omitempty"`
	Kind  string     `json:"kind,omitempty"`
	// State is one of the constants above or a word for a syncer.Condition; Reason is why, and On whose
	// side the reason is about, where it is about one. Item is the state of the item itself, where State
	// is about more than that.
	State  string  `json:"state"`
	Item   string  `json:"item,omitempty"`
	Reason string  `json:"reason,omitempty"`
	On     Service `json:"on,omitempty"`
	// Cause is the kind of what went wrong, if something did; Plain says that in words, Mend what to do about it.
	Cause syncer.Cause `json:"cause,omitempty"`
	Plain string       `json:"plain,omitempty"`
	Mend  string       `json:"mend,omitempty"`
	// ByPerson says that a person has paused the Link.
	ByPerson bool `json:"by_person,omitempty"`
	// By is who made the change that waits, or that the other side does not follow; Did says what it was, DidOn where.
	By    *syncer.Author `json:"by,omitempty"`
	Did   string         `json:"did,omitempty"`
	DidOn Service        `json:"did_on,omitempty"`
	// Action and Evidence are what a person approves a hold by, or lets a halted tool go on with.
	Action   syncer.ActionID `json:"action,omitempty"`
	Evidence string          `json:"evidence,omitempty"`
	// Held is what is kept back until a person approves it or, where there is a Limit, until that has room.
	Held  *WhyEvent   `json:"held,omitempty"`
	Limit *LimitState `json:"limit,omitempty"`
	// Remembered is how it was when it was last synced, in the words of KnownFile, where a service cannot be asked.
	Remembered string `json:"remembered,omitempty"`
	// Procore and Box are what each shows now; nil if nobody was asked.
	Procore *WhySide `json:"procore,omitempty"`
	Box     *WhySide `json:"box,omitempty"`
	// Since is when it was first left or held, Tries how often it has failed, NextTry when it is tried
	// again.
	Since   time.Time `json:"since,omitzero"`
	Tries   int       `json:"tries,omitempty"`
	NextTry time.Time `json:"next_try,omitzero"`
	// Decision is a person's word on a hold that no run has heard yet.
	Decision string `json:"decision,omitempty"`
	// Changes are hints that no run has looked at yet, Open writes of which nobody knows the outcome.
	Changes int        `json:"changes,omitempty"`
	Open    []WhyEvent `json:"open,omitempty"`
	// Events are what was done about it, oldest first. Next is what a run would do now, Before what it
	// would have to do first.
	Events []WhyEvent `json:"events,omitempty"`
	Next   []WhyEvent `json:"next,omitempty"`
	Before []WhyEvent `json:"before,omitempty"`
	// Within is what waits or was left in it, if it is a folder.
	Within Within `json:"within,omitzero"`
	// Calls are those that were made to find all of this out, in the order in which they were answered.
	Calls []CallMade `json:"calls,omitempty"`
	// LastError is why the last run of the tool ended early, if it did: it may stand for all items.
	LastError string `json:"last_error,omitempty"`
	// Synced is when the tool was last read as a whole.
	Synced time.Time `json:"synced,omitzero"`
}

// WhySide is an item as one side shows it.
type WhySide struct {
	FileSide

	Service Service `json:"-"`
	// Where says where it is: here, outside, in trash, invisible, nowhere, unreachable.
	Where string `json:"where"`
	Path  string `json:"path,omitempty"`
	// Author is who wrote the contents.
	Author  *syncer.Author `json:"author,omitempty"`
	Locked  string         `json:"locked,omitempty"`
	Private bool           `json:"private,omitempty"`
	// Plain says in words why it could not be asked, Err as the service did.
	Plain string `json:"plain,omitempty"`
	Err   string `json:"error,omitempty"`
}

// WhyEvent is something that was or would be done.
type WhyEvent struct {
	At     time.Time      `json:"at,omitzero"`
	Op     string         `json:"op"`
	On     Service        `json:"on"`
	Path   string         `json:"path"`
	From   string         `json:"from,omitempty"`
	Result string         `json:"result,omitempty"`
	Reason string         `json:"reason,omitempty"`
	Err    string         `json:"error,omitempty"`
	By     *syncer.Author `json:"by,omitempty"`
}

// Settled reports whether nothing waits for a person or a retry, neither it nor what is in it.
func (w *Why) Settled() bool {
	if w.Within.Waits() {
		return false
	}
	switch w.State {
	case syncer.InConflict.String():
		return len(w.Next) > 0 // it settles itself
	case syncer.Settled.String(), syncer.Due.String(), syncer.Deleted.String(), syncer.LeftOut.String(), syncer.Skipped.String(),
		NotChosen, OutsideLinks, LinkFolder:
		return true
	}
	return false
}

// Why says why an item is in step or is not, and what a run would do about it. It works beside a watch.
// Services that cannot be reached leave what is remembered. An item that nothing is known of is an error
// that wraps fs.ErrNotExist.
func (o *Office) Why(ctx context.Context, which string, about About) (*Why, error) {
	ctx, calls := listening(ctx)
	w, err := o.whyOf(ctx, which, about)
	if w != nil {
		w.Calls = calls.all()
	}
	return w, err
}

func (o *Office) whyOf(ctx context.Context, which string, about About) (*Why, error) {
	l, err := o.Links.Get(ctx, which)
	if err != nil {
		return nil, err
	}
	names := elements(about.Path)
	if len(names) > 0 && toolNamed(names[0]) == "" {
		parts, _ := o.Links.Parts(ctx, l.ID) // where nobody can be asked the path is taken as it is
		names = elements(inOurNames(ctx, parts, strings.Join(names, "/")))
	}
	w := &Why{Link: l.Name, Path: strings.Join(names, "/")}
	var tool mapping.Tool
	if len(names) > 0 {
		tool = toolNamed(names[0])
	}
	switch {
	case len(names) == 0 && about.ID == "":
		return nil, fmt.Errorf("a path begins with a tool, as in Documents/Drawings: %w", syncer.ErrInvalid)
	case len(names) > 0 && tool == "":
		w.State, w.Reason = OutsideLinks, besideTools
		return w, nil
	case tool != "" && !slices.Contains(l.Tools, tool):
		w.Tool, w.State, w.Reason = tool, NotChosen, fmt.Sprintf("the link does not sync %s", tool)
		return w, nil
	}
	parts, err := o.openParts(ctx, l)
	if err != nil {
		return nil, err
	}
	parts = slices.DeleteFunc(parts, func(p mapping.Part) bool { return tool != "" && p.Tool != tool })
	if about.ID == "" {
		return w, o.why(ctx, w, l, parts[0], syncer.Subject{Path: strings.Join(names[1:], "/")})
	}
	part, subject, err := o.byNumber(ctx, w, l, parts, about)
	if err == nil && part.Tool != "" {
		err = o.why(ctx, w, l, part, subject)
	}
	return w, err
}

// elements are the names that a path consists of.
func elements(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(name string) bool { return name == "" || name == "." })
}

// toolNamed is the tool that a path begins with, empty if it begins with none.
func toolNamed(name string) mapping.Tool {
	for _, t := range mapping.Tools() {
		if syncer.NameKey(t.Folder()) == syncer.NameKey(name) || syncer.NameKey(string(t)) == syncer.NameKey(name) {
			return t
		}
	}
	return ""
}

// why asks the engine of a part and says it in the words of Procore and Box.
func (o *Office) why(ctx context.Context, w *Why, l mapping.Link, part mapping.Part, about syncer.Subject) error {
	w.Tool = part.Tool
	if part.Paused != "" {
		w.State, w.Reason = PausedLink, part.Paused
		return nil
	}
	engine, err := o.Links.Engine(part, nil)
	if err != nil {
		return err
	}
	x, err := engine.Explain(ctx, about)
	if err != nil {
		return err
	}
	if x.Condition == syncer.Unknown && !asked(x) {
		if about.ID != "" {
			return &NoItem{Link: l.Name, Number: strings.TrimPrefix(about.ID, fileMark)}
		}
		return &NoItem{Link: l.Name, Path: w.Path, Folder: folderOf(w.Path), Forgotten: true}
	}
	w.State, w.Reason, w.On, w.Evidence = x.Condition.String(), x.Reason, on(x.Side), x.Evidence
	w.tell(x, o)
	w.introduce(part)
	w.place(x, part.Tool)
	if x.Condition == syncer.OnHold {
		if err := o.tellHold(ctx, w, l, part.Tool, x); err != nil {
			return err
		}
	}
	if x.Condition == syncer.Stopped && x.Evidence == "" {
		w.Reason = o.away(ctx, part, errors.New(x.Reason)) // in the words of sync and status
	}
	if err := o.tellWithin(ctx, w, part, x); err != nil {
		return err
	}
	if x.Condition == syncer.Unasked {
		if err := o.tellRemembered(ctx, w, part, x); err != nil {
			return err
		}
	}
	last, err := o.lastRun(ctx, l, part.Tool)
	if err != nil {
		return err
	}
	if last != nil {
		w.LastError = last.Err
	}
	switch why := l.Roots[part.Tool].Paused; {
	case l.Paused:
		w.Item, w.State, w.ByPerson = w.State, PausedLink, true
	case why != "" && x.Condition != syncer.Stopped:
		w.Item, w.State, w.Reason = w.State, PausedLink, why
	case x.Condition == syncer.Due && w.Synced.IsZero():
		w.Item, w.State = w.State, NeverSynced
	}
	return nil
}

// asked reports whether an answer is missing from a side.
func asked(x *syncer.Explanation) bool {
	return x.Source.Whereabouts == syncer.Unreachable || x.Destination.Whereabouts == syncer.Unreachable
}

// folderOf is the path of the folder that a path leads through last; of a tool it is the tool.
func folderOf(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return path
}

// openParts opens the tools of a Link, or what can be said of them without asking anybody.
func (o *Office) openParts(ctx context.Context, l mapping.Link) ([]mapping.Part, error) {
	parts, err := o.Links.Parts(ctx, l.ID)
	if err == nil || ctx.Err() != nil || errors.Is(err, syncer.ErrInvalid) || errors.Is(err, syncer.ErrDamaged) {
		return parts, err
	}
	return o.darkParts(ctx, l, err)
}
