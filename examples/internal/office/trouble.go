package office

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Trouble is something that went wrong and is not over.
type Trouble struct {
	Link string       `json:"link,omitempty"`
	Tool mapping.Tool `json:"tool,omitempty"`
	// Path is that of an item, with the tool; empty if all of the tool, or a service, is concerned.
	Path string  `json:"path,omitempty"`
	On   Service `json:"on,omitempty"`
	// Cause is its kind, Plain says that in words, Next what to do about it, and Reason what was told.
	Cause  syncer.Cause `json:"cause"`
	Plain  string       `json:"plain"`
	Next   string       `json:"next"`
	Reason string       `json:"reason,omitempty"`
	Since  time.Time    `json:"since,omitzero"`
	// Tried is how often, NextTry when it is tried again, as far as that is known.
	Tried   int       `json:"tried,omitempty"`
	NextTry time.Time `json:"next_try,omitzero"`
	// Confirm is what lets a halt go on.
	Confirm string `json:"confirm,omitempty"`
}

// Waiting counts what is no trouble, and waits for a person.
type Waiting struct {
	Holds     int `json:"holds"`
	Conflicts int `json:"conflicts"`
}

// Troubles yields what went wrong in a Link, or in all if which is empty, and is not over: first the services, then by
// Link and tool. The services are not asked, and it works beside a watch.
func (o *Office) Troubles(ctx context.Context, which string) iter.Seq2[Trouble, error] {
	return func(yield func(Trouble, error) bool) {
		links, err := o.chosen(ctx, which)
		if err != nil {
			yield(Trouble{}, err)
			return
		}
		t := &troubles{office: o, yield: yield}
		if len(links) > 0 {
			t.connections(ctx)
		}
		for _, l := range links {
			for _, tool := range l.Tools {
				if t.over || l.Paused {
					break
				}
				t.tool(ctx, l, tool)
			}
		}
	}
}

// chosen returns a Link, or all.
func (o *Office) chosen(ctx context.Context, which string) ([]mapping.Link, error) {
	if which == "" {
		return o.Links.All(ctx)
	}
	l, err := o.Links.Get(ctx, which)
	return []mapping.Link{l}, err
}

// troubles finds them one after the other.
type troubles struct {
	office *Office
	yield  func(Trouble, error) bool
	over   bool
}

func (t *troubles) tell(x Trouble) {
	r := RemedyOf(x.Cause).in(scene{x.Link, x.Tool, x.On, x.Confirm})
	x.Plain, x.Next = r.Plain, r.Next
	t.over = t.over || !t.yield(x, nil)
}

func (t *troubles) fail(err error) {
	if err != nil && !t.over {
		t.yield(Trouble{}, err)
		t.over = true
	}
}

// connections tells which services nobody could sign in to.
func (t *troubles) connections(ctx context.Context) {
	static := map[Service]string{BoxService: t.office.settings.Box.Token, ProcoreService: t.office.settings.Procore.Token}
	for _, s := range []Service{BoxService, ProcoreService} {
		_, err := t.office.connection(ctx, s)
		switch {
		case t.over || err == nil || errors.Is(err, fs.ErrNotExist) && static[s] != "":
		case errors.Is(err, fs.ErrNotExist):
			t.tell(Trouble{On: s, Cause: CauseNotConnected})
		default:
			t.tell(Trouble{On: s, Cause: syncer.CauseSignIn, Reason: err.Error()})
		}
	}
}

// tool tells what is wrong with a tool: its root, its last run, its items.
func (t *troubles) tool(ctx context.Context, l mapping.Link, tool mapping.Tool) {
	if root := l.Roots[tool]; root.Paused != "" {
		t.tell(Trouble{Link: l.Name, Tool: tool, Cause: CausePaused, Reason: root.Paused, Since: root.Since})
	}
	t.run(ctx, l, tool)
	if t.over {
		return
	}
	view, err := t.office.file.Store.View(ctx, l.Pair(tool))
	if err != nil {
		t.fail(err)
		return
	}
	last, err := t.office.newest(ctx, l, tool)
	if err != nil {
		t.fail(err)
		return
	}
	stopped := last != nil && last.State == mapping.RunStopped
	for p, err := range view.Pending(ctx) {
		switch {
		case err != nil:
			t.fail(err)
			return
		case t.over:
			return
		case p.Result == syncer.Failed, p.Result == syncer.Blocked, p.Result == syncer.Dropped:
			t.tell(item(l, tool, p, stopped))
		}
	}
}

// item is what is wrong with an item. What a run did not come to that was stopped waits for nothing else.
func item(l mapping.Link, tool mapping.Tool, p syncer.Pending, stopped bool) Trouble {
	x := Trouble{
		Link: l.Name, Tool: tool, Path: tool.Folder() + "/" + p.Path, On: on(p.On), Cause: p.Cause, Reason: p.Reason, Since: p.Since.UTC(),
		Tried: p.Attempts,
	}
	switch {
	case p.Result == syncer.Blocked && stopped:
		x.Cause = syncer.CauseStopped
	case p.Result == syncer.Blocked:
		x.Cause = CauseBlocked
	}
	if !p.NotBefore.IsZero() {
		x.NextTry = p.NotBefore.UTC()
	}
	return x
}

// run tells why the last run of a tool did not come to a good end, and since when none has.
func (t *troubles) run(ctx context.Context, l mapping.Link, tool mapping.Tool) {
	var x *Trouble
	var state mapping.RunState
	var unlisted []syncer.Unlisted
	for r, err := range t.office.Links.Runs(ctx, l.ID, time.Time{}, time.Time{}) {
		if err != nil {
			t.fail(err)
			return
		}
		if r.Tool != tool || r.State == mapping.RunRunning {
			continue
		}
		cause := causeOfRun(&r)
		if cause == "" || x != nil && (r.State != state || cause != x.Cause || Service(r.On) != x.On) {
			break
		}
		if x == nil {
			state, unlisted = r.State, r.Incomplete
			x = &Trouble{Link: l.Name, Tool: tool, Cause: cause, On: Service(r.On), Reason: r.Reason, Confirm: r.Evidence}
		}
		x.Since = r.Started
		x.Tried += r.Times
	}
	switch {
	case x == nil:
	case len(unlisted) == 0:
		t.tell(*x)
	default:
		t.unlisted(x, unlisted)
	}
}

// unlisted tells of each folder that the last run could not list, and of a side that was not listed to its end.
func (t *troubles) unlisted(run *Trouble, all []syncer.Unlisted) {
	for _, u := range all {
		if t.over {
			return
		}
		x := *run
		x.On, x.Cause, x.Reason = on(u.Side), cmp.Or(u.Cause, CauseIncomplete), u.Reason
		if u.Path != "" {
			x.Path, x.Reason = x.Tool.Folder()+"/"+u.Path, "the folder could not be listed: "+u.Reason
		}
		t.tell(x)
	}
}

// causeOfRun is why a run asks for somebody, empty if it does not. A tool whose root is away says so by itself.
func causeOfRun(r *mapping.Run) syncer.Cause {
	switch {
	case r.State == mapping.RunInterrupted:
		return CauseInterrupted
	case r.State == mapping.RunHalted:
		return syncer.CauseHalted
	case r.State == mapping.RunFailed && r.Cause == "":
		return "error"
	case r.State == mapping.RunFailed:
		return r.Cause
	case r.State == mapping.RunWaits && r.Reason != "":
		return cmp.Or(r.Cause, CauseIncomplete)
	}
	return ""
}

// Waiting counts the holds and the open conflicts of a Link, or of all if which is empty.
func (o *Office) Waiting(ctx context.Context, which string) (w Waiting, err error) {
	links, err := o.chosen(ctx, which)
	if err != nil {
		return w, err
	}
	for _, l := range links {
		for _, tool := range l.Tools {
			view, err := o.file.Store.View(ctx, l.Pair(tool))
			if err != nil {
				return w, err
			}
			for h, err := range view.Holds(ctx) {
				if err != nil {
					return w, err
				}
				if h.Decision == syncer.Waiting {
					w.Holds++
				}
			}
			for _, err := range view.Clashes(ctx, true) {
				if err != nil {
					return w, err
				}
				w.Conflicts++
			}
		}
	}
	return w, nil
}
