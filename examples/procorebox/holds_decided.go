package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// showDecided says what became of each decision, and of the first where there are many; a folder is one line with
// all that is in it. What could not be done is an error, and so is what ended it early.
func (c *console) showDecided(done []office.Decided, unclear []office.Unclear, ended error) error {
	problems := []error{ended}
	next, said := "", 0
	for _, group := range decidedHeaps(done) {
		d := group[0]
		what := fmt.Sprintf("%s %s %q in %s", shortID(string(d.ID)), d.Op, readable(d.Path), d.On.Title())
		if n := len(group) - 1; n > 0 {
			what += ", with " + many(n, "item") + " in it"
		}
		switch {
		case d.Err != nil && d.Note != "":
			problems = append(problems, fmt.Errorf("%s: %s", what, d.Note))
			continue
		case d.Err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", what, d.Err))
			continue
		}
		if said++; said <= most {
			if err := c.print("%s: %s\n", outcome(&d), what); err != nil {
				return err
			}
		}
		next = cmp.Or(whatNext(&d), next)
	}
	if said > most {
		if err := c.print("and %d more\n", said-most); err != nil {
			return err
		}
	}
	for _, u := range unclear {
		problems = append(problems, fmt.Errorf("ID %q: %s", u.ID, u.Why))
	}
	if len(done)+len(unclear) == 0 && ended == nil {
		if err := c.print("nothing waits there; \"procorebox holds list\" shows what does\n"); err != nil {
			return err
		}
	}
	if next != "" {
		if err := c.print("the next sync %s; a running watch does within seconds\n", next); err != nil {
			return err
		}
	}
	return errors.Join(problems...)
}

// whatNext is what the next sync does about a decision, "" if that is nothing new.
func whatNext(d *office.Decided) string {
	switch {
	case d.Was == d.Decision:
		return ""
	case d.Was == "carried out":
		return "brings to both sides what is not on both yet"
	case d.Decision == "rejected" && d.Op == syncer.OpAdopt.String():
		return "keeps both files, one of them under another name (\"conflicts choose\" settles it otherwise)"
	case d.Decision == "rejected":
		return "leaves it undone, and asks no more"
	case d.Decision == "approved" && d.Note == "":
		return "carries it out"
	}
	return ""
}

// decidedHeaps puts what was decided upon in a folder under the folder, if the same became of both.
func decidedHeaps(done []office.Decided) [][]office.Decided {
	return office.Fold(done, func(d office.Decided) (office.Held, string) {
		switch {
		case d.Err != nil:
			return d.Held, "error " + string(d.ID) // it says which
		case d.Decision == "undone":
			return d.Held, d.Decision + " " + d.Renamed // by itself, or with its folder
		}
		return d.Held, d.Was + " " + d.Decision
	})
}

// outcome is what was decided, and what had been before.
func outcome(d *office.Decided) string {
	text := d.Decision
	switch {
	case d.Was == d.Decision:
		text += " already"
	case d.Was != "waiting" && d.Was != "carried out":
		text += ", was " + d.Was
	}
	if d.Note != "" {
		text += ": " + d.Note
	}
	return text
}
