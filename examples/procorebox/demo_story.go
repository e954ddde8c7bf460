package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/examples/internal/site"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// demoLink is the name of the demo's link.
const demoLink = "demo"

// link says what belongs to what.
func (d *demo) link(ctx context.Context) error {
	s := d.settings()
	err := d.head("What belongs to what: procorebox link add --company %s --project %s --tools %s --box-folder %s --name %s",
		s.Procore.Company, s.Procore.Project, words(mapping.Tools()), s.Box.Folder, demoLink)
	if err != nil {
		return err
	}
	made, err := d.office.Links.Add(ctx, mapping.Link{
		Name: demoLink, Company: s.Procore.Company, Project: s.Procore.Project, Folder: s.Box.Folder, Tools: mapping.Tools(),
	})
	if err != nil {
		return err
	}
	if err := d.c.print("   link %s made: each tool has its folder in %q of Box now\n", made.Name, d.folder.Name); err != nil {
		return err
	}
	return d.look("folder %q in Box; procorebox link show %s", d.folder.Name, made.Name)
}

// firstSync carries everything over.
func (d *demo) firstSync(ctx context.Context) error {
	if err := d.head("The first sync: procorebox sync %s", demoLink); err != nil {
		return err
	}
	began := time.Now()
	if err := d.sync(ctx, false); err != nil {
		return err
	}
	if err := d.c.print("   in %s, difficult names and all; and again, which finds nothing to do:\n", time.Since(began).Round(10*time.Millisecond)); err != nil {
		return err
	}
	if err := d.sync(ctx, false); err != nil {
		return err
	}
	return d.look("the folders of the four tools in Box; procorebox files %s, procorebox history %s", demoLink, demoLink)
}

// look ends a step.
func (d *demo) look(format string, args ...any) error {
	return d.c.print("   look at: %s\n", fmt.Sprintf(format, args...))
}

// sync runs the link and prints what came of it, each action if it is to.
func (d *demo) sync(ctx context.Context, listed bool) error {
	indented := *d.c
	indented.stdout = &indent{out: d.c.stdout, start: true}
	p, bar := indented.printer(false, listed), d.c.progress(listed)
	done, err := d.office.Sync(ctx, demoLink, office.SyncOptions{Observe: func(e syncer.Event) {
		bar.event(e)
		p.event(e)
	}})
	bar.end()
	if err != nil {
		return err
	}
	p.results(done.Results)
	p.totals(done.Totals)
	if done.Err != nil {
		return done.Err
	}
	return p.err
}

// A scene is something that people do, and what becomes of it.
type scene struct {
	what string
	do   func() error
	look string // where to look
	path string // by which path commands call it
}

// story is what happens on a day.
func (d *demo) story(ctx context.Context) error {
	const plan, daily, budget, cost, minutes = "02 Drawings/Architectural/A-101 Level 1 Floor Plan.pdf",
		"06 Safety & quality/Daily reports/2026/Daily 2026-03-13.txt", "Budget.csv", "07 Cost", "05 Meetings/OAC"
	for _, s := range []scene{
		{
			"Ann puts a new revision of a drawing into Procore.",
			func() error { return d.annEdits(plan, sheet("A-101 Level 1 Floor Plan, revision B")) },
			"Documents/" + plan + " in Box has a second version",
			"Documents/" + plan,
		},
		{
			"Bob writes on in a daily report in Box.",
			func() error { return d.bobEdits(daily, []byte("Crane inspected. Slab poured, level 2.\n")) },
			"Documents/" + daily + " in Procore has a second version",
			"Documents/" + daily,
		},
		{
			"Bob calls a folder otherwise in Box. Nothing is sent again for that.",
			func() error { return d.bobRenames(cost, "07 Cost control") },
			"Documents/07 Cost control in Procore",
			"Documents/07 Cost control",
		},
		{
			"Ann and Bob change the same file at the same time. Both versions are kept, on both sides.",
			func() error {
				if err := d.annEdits("07 Cost control/"+budget, []byte("item,sum\nsteel,100\n")); err != nil {
					return err
				}
				return d.bobEdits("07 Cost control/"+budget, []byte("item,sum\nsteel,200\n"))
			},
			`"Budget.csv" and "Budget (conflict ...).csv" in Documents/07 Cost control, on both sides`,
			"Documents/07 Cost control/" + budget,
		},
		{
			"Bob deletes the minutes of five meetings in Box, and the link allows three deletes a day. Two wait for a person, or for tomorrow.",
			func() error {
				if err := d.limit(ctx, 3); err != nil {
					return err
				}
				return d.bobDeletes(minutes, 5)
			},
			"Documents/" + minutes + " in Procore, which keeps what is held; what was deleted is in its recycle bin",
			"Documents/" + minutes,
		},
	} {
		if err := d.play(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) play(ctx context.Context, s scene) error {
	if err := d.head("%s", s.what); err != nil {
		return err
	}
	if err := s.do(); err != nil {
		return err
	}
	if err := d.sync(ctx, true); err != nil {
		return err
	}
	return d.look("%s\n            procorebox why %s %s", s.look, demoLink, quote(s.path))
}

// sheet is a PDF with a title.
func sheet(title string) []byte {
	var b bytes.Buffer
	if err := site.Render(&b, site.Sheet{Title: title, Fields: [][2]string{{"Revision", "B"}}}, time.Now()); err != nil {
		return []byte(title)
	}
	return b.Bytes()
}

func (d *demo) annEdits(path string, content []byte) error {
	it, err := d.ann.Find(d.procore.Project().RootID, path)
	if err == nil {
		_, err = d.ann.Edit(it.ID, content)
	}
	return told("Ann", path, err)
}

// inBox finds an item of the documents.
func (d *demo) inBox(path string) (boxtest.Item, error) {
	return d.box.Home().Find(d.folder.Name + "/" + mapping.Documents.Folder() + "/" + path)
}

func (d *demo) bobEdits(path string, content []byte) error {
	it, err := d.inBox(path)
	if err == nil {
		_, err = d.bob.Edit(it.ID, content)
	}
	return told("Bob", path, err)
}

func (d *demo) bobRenames(path, name string) error {
	it, err := d.inBox(path)
	if err == nil {
		_, err = d.bob.Rename(it, name)
	}
	return told("Bob", path, err)
}

func (d *demo) bobDeletes(path string, most int) error {
	folder, err := d.inBox(path)
	if err != nil {
		return told("Bob", path, err)
	}
	all, err := d.bob.List(folder.ID)
	for _, it := range all[:min(most, len(all))] {
		if err == nil {
			err = d.bob.Trash(it)
		}
	}
	return told("Bob", path, err)
}

func told(who, path string, err error) error {
	if err != nil {
		return fmt.Errorf("%s cannot work on %q: %w", who, path, err)
	}
	return nil
}

// limit sets how many deletes the link allows.
func (d *demo) limit(ctx context.Context, n int) error {
	_, err := d.office.Links.Edit(ctx, demoLink, func(l *mapping.Link) error {
		l.Rules.DeleteLimit = &n
		return nil
	})
	return err
}

// end lists both sides.
func (d *demo) end(ctx context.Context) error {
	if err := d.head("Both sides in the end: procorebox files %s", demoLink); err != nil {
		return err
	}
	indented := *d.c
	indented.stdout = &indent{out: d.c.stdout, start: true}
	for _, path := range []string{"", "Documents", "Documents/07 Cost control"} {
		f, err := d.office.Files(ctx, demoLink, path)
		if err != nil {
			return err
		}
		if path != "" {
			if err := d.c.print("\n   %s\n", path); err != nil {
				return err
			}
		}
		if err := indented.showFiles(f, false); err != nil {
			return err
		}
	}
	return d.c.print("\nAll of that took %s.\n", time.Since(d.began).Round(100*time.Millisecond))
}
