package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Met is a conflict that was met: a file that two people changed, each on another side.
type Met struct {
	Link string         `json:"link"`
	Tool mapping.Tool   `json:"tool"`
	ID   syncer.ClashID `json:"id"`
	// Path begins with the folder of the tool.
	Path  string    `json:"path"`
	Since time.Time `json:"since"`
	Open  bool      `json:"open"`
	// Settled is when it was settled, and How: "both", "procore", "box", "left" as long as it is open, or
	// "people" if they have settled it themselves. Rule is what decided, Reason why it was left.
	Settled time.Time `json:"settled,omitzero"`
	How     string    `json:"how"`
	Rule    string    `json:"rule,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	// Copy is the name that one version has got.
	Copy string `json:"copy,omitempty"`
	// Chosen is what a person has chosen: "both", "procore" or "box". Of an open one the next run does it.
	Chosen  string     `json:"chosen,omitempty"`
	Procore MetVersion `json:"procore"`
	Box     MetVersion `json:"box"`

	pair string
}

// MetVersion is one of two versions that met.
type MetVersion struct {
	Item     string        `json:"item"`
	Version  string        `json:"version"`
	Name     string        `json:"name"`
	Size     int64         `json:"size"` // -1 if it was not told
	Modified time.Time     `json:"modified,omitzero"`
	Author   string        `json:"author,omitempty"` // the number of the account
	Person   string        `json:"person,omitempty"` // what people call it, if the service had told
	Digest   syncer.Digest `json:"digest,omitempty"`
	Link     string        `json:"link,omitempty"`
}

// Conflicts lists what conflicts were met in a Link, or in all of them if which is empty, oldest first; with
// open only those that wait. No service is called.
func (o *Office) Conflicts(ctx context.Context, which string, open bool) ([]Met, error) {
	links, err := o.linksOf(ctx, which)
	if err != nil {
		return nil, err
	}
	out := []Met{}
	for _, l := range links {
		for _, t := range l.Tools {
			view, err := o.file.Store.View(ctx, l.Pair(t))
			if err != nil {
				return nil, err
			}
			for c, err := range view.Clashes(ctx, open) {
				if err != nil {
					return nil, fmt.Errorf("conflicts of %s of link %q: %w", t, l.Name, err)
				}
				out = append(out, metOf(l, t, &c))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Met) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Path, b.Path)) })
	return out, nil
}

func metOf(l mapping.Link, t mapping.Tool, c *syncer.Clash) Met {
	m := Met{
		Link: l.Name, Tool: t, ID: c.ID, Path: joined(t, c.Path), Since: c.Since.UTC(), Open: c.Open(), How: choiceOf(c.Resolution),
		Rule: c.Rule, Reason: c.Reason, Copy: c.Copy, Procore: versionOf(&c.Source), Box: versionOf(&c.Destination), pair: l.Pair(t),
	}
	switch c.Rule {
	case syncer.Source.String():
		m.Rule = string(ProcoreService)
	case syncer.Destination.String():
		m.Rule = string(BoxService)
	}
	if c.Chosen {
		m.Chosen = choiceOf(c.Choice)
	}
	if !m.Open {
		m.Settled = c.Settled.UTC()
		if c.Resolution == syncer.Leave {
			m.How, m.Reason = "people", ""
		}
	}
	return m
}

func versionOf(v *syncer.ClashVersion) MetVersion {
	out := MetVersion{Item: v.ID, Version: v.Content, Name: v.Name, Size: v.Size, Author: v.Author, Person: v.Person, Digest: v.Digest, Link: v.Link}
	if !v.Modified.IsZero() {
		out.Modified = v.Modified.UTC()
	}
	return out
}

// choices are the words for what may become of a conflict.
var choices = map[string]syncer.Resolution{
	"both": syncer.KeepBoth, "procore": syncer.TakeSource, "box": syncer.TakeDestination, "leave": syncer.Leave,
}

func choiceOf(r syncer.Resolution) string {
	return [...]string{"both", "procore", "box", "left"}[r]
}

// Choice is what came of a person's choice.
type Choice struct {
	Met
	// Waits says that the next run does it. Wrote says where a file was given the version or a copy was
	// made, Dropped where the copy went to the trash; empty where nothing was done.
	Waits   bool
	Wrote   Service
	Name    string // of what was written
	Dropped Service
}

// ChooseVersion settles a conflict of a Link by "procore", "box" or "both"; "leave" takes back what was
// chosen for an open one. Which names it by its ID, as much of that as tells it from others, or by its path:
// the open one, or else the last one that was met there.
func (o *Office) ChooseVersion(ctx context.Context, link, which, choice string, dropCopy bool) (*Choice, error) {
	r, ok := choices[choice]
	if !ok {
		return nil, fmt.Errorf("%q is none of procore, box, both and leave: %w", choice, syncer.ErrInvalid)
	}
	l, err := o.Links.Get(ctx, link)
	if err != nil {
		return nil, err
	}
	all, err := o.Conflicts(ctx, l.ID, false)
	if err != nil {
		return nil, err
	}
	m, err := pickMet(all, which)
	if err != nil {
		return nil, err
	}
	part, err := o.part(ctx, l.ID, m.Tool)
	if err != nil {
		return nil, err
	}
	engine, err := o.Links.Engine(part, nil)
	if err != nil {
		return nil, err
	}
	done, err := engine.Choose(ctx, m.ID, r, &syncer.ChooseOptions{DropCopy: dropCopy})
	if err != nil {
		return nil, err
	}
	out := &Choice{Met: *m, Waits: done.Waits}
	if done.Wrote != nil {
		out.Wrote, out.Name = on(done.On), done.Wrote.Name
	}
	if done.Dropped != nil {
		out.Dropped = on(done.On)
	}
	return out, errors.Join(o.nudge(ctx, l.ID), o.minuteChoice(ctx, l, out, choice))
}

// minuteChoice takes the minutes of what was chosen, if that was anything new.
func (o *Office) minuteChoice(ctx context.Context, l mapping.Link, c *Choice, choice string) error {
	i := minuted{Tool: c.Tool, Op: opSettle, On: c.Wrote, Kind: syncer.File.String(), Path: c.Path, Result: resultChosen}
	switch again := c.Waits && (c.Chosen == choice || choice == "leave" && c.Chosen == ""); {
	case again, !c.Waits && c.Wrote == "" && c.Dropped == "":
		return nil
	case choice == "leave":
		i.Result, i.Reason = resultUndone, "was "+c.Chosen+", waits again"
	case choice == "both":
		i.Reason = "both versions are kept"
	default:
		i.Reason = "the version of " + Service(choice).Title() + " counts"
	}
	log := o.takeMinutes(l)
	return errors.Join(log.add(ctx, i), log.end(ctx))
}

// pickMet finds a conflict by its path or ID.
func pickMet(all []Met, which string) (*Met, error) {
	var byPath, byID []*Met
	key := syncer.NameKey(strings.Trim(which, "/"))
	for i := range all {
		m := &all[i]
		if syncer.NameKey(m.Path) == key {
			byPath = append(byPath, m)
		}
		if which != "" && strings.HasPrefix(string(m.ID), strings.ToLower(which)) {
			byID = append(byID, m)
		}
	}
	for _, m := range byPath {
		if m.Open {
			return m, nil
		}
	}
	switch {
	case len(byPath) > 0:
		return byPath[len(byPath)-1], nil
	case len(byID) == 1:
		return byID[0], nil
	case len(byID) > 1:
		return nil, fmt.Errorf("%d conflicts begin with %q, such as %s and %s: use more of it: %w", len(byID), which, byID[0].ID, byID[1].ID, syncer.ErrInvalid)
	}
	return nil, fmt.Errorf("no conflict was met at %q: %w", which, fs.ErrNotExist)
}
