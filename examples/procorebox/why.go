package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func (c *console) whyCommand() *cobra.Command {
	var about office.About
	var on string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why LINK [PATH]",
		Short: "Say why an item is synced or is not, and who did what to it",
		Long: `Say of one file or folder why it is in step or is not: what Procore and Box show now, what
waits, what was done about it and by whom, and what the next sync would do. It answers for
what was deleted, too: when, by whose change, and where it lies in the trash.

PATH begins with the tool, as in Documents/Drawings/A-101.pdf, and goes on with the names of
either side. With --id the number is given that the item has in Procore or Box, as in the
address under which a browser shows it.

Nothing is written, and a watch may go on meanwhile. Where a service cannot be reached it is
said what is remembered. Who moved or deleted something is known if the service has told so:
Box does, Procore only by webhooks. Exit code 1 says that it waits for a person or a retry.`,
		Example: "  procorebox why bridge Documents/Drawings/A-101.pdf\n" +
			"  procorebox why bridge --id 1500001 --on box",
		Args:              takes(1, 2),
		ValidArgsFunction: c.completeLink,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		about.Path, about.On = optional(args[1:]), office.Service(on)
		switch about.On {
		case "", office.BoxService, office.ProcoreService:
		default:
			return &usageError{fmt.Errorf("--on is %q, not box or procore", on)}
		}
		if about.Path == "" && about.ID == "" {
			return &usageError{fmt.Errorf("say which item: a path that begins with a tool, or --id")}
		}
		return c.with(cmd, func(ctx context.Context, o *office.Office) error {
			w, err := o.Why(ctx, args[0], about)
			if err != nil {
				return err
			}
			if asJSON {
				err = c.object(w)
			} else {
				err = c.print("%s", explanation{w}.String())
			}
			if err == nil && !w.Settled() {
				err = errWaits
			}
			return err
		})
	}
	cmd.Flags().StringVar(&about.ID, "id", "", "the `number` of the item instead of its path")
	cmd.Flags().StringVar(&on, "on", "", "whose number it is: `box or procore` (default: whoever knows it)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// explanation writes a Why for people.
type explanation struct{ *office.Why }

// String says first what holds and what to do about it, and then what it rests on.
func (e explanation) String() string {
	var b strings.Builder
	line := func(head, format string, args ...any) {
		text := readable(fmt.Sprintf(format, args...))
		fmt.Fprintf(&b, "%-9s %s\n", head, text)
	}
	fmt.Fprintf(&b, "%s\n", readable(strings.TrimSpace(fmt.Sprintf("%s %q of link %s", e.Kind, e.Path, e.Link))))
	line("state:", "%s", e.state())
	if e.Reason != "" {
		line("why:", "%s", e.Reason)
	}
	for _, more := range e.standing() {
		line("", "%s", more)
	}
	if step := e.step(); step != "" {
		line("do:", "%s", step)
	}
	if e.Procore != nil {
		line("procore:", "%s", shown(e.Procore))
		line("box:", "%s", shown(e.Box))
	}
	for i, ev := range e.Open {
		line(first(i, "open:"), "%s %s in %s was begun %s%s", ev.Op, itemOf(ev), ev.On.Title(), when(ev.At), by(ev))
	}
	for i, ev := range e.Events {
		line(first(i, "done:"), "%s  %s", when(ev.At), event(ev))
	}
	for i, ev := range append(e.Before, e.Next...) {
		line(first(i, "next:"), "%s", event(ev))
	}
	if e.planned() && len(e.Before)+len(e.Next) == 0 {
		line("next:", "nothing")
	}
	if e.LastError != "" {
		line("", "the last sync of %s ended early: %s", e.Tool, e.LastError)
	}
	if e.Changes > 0 {
		line("", "%s of the services that no sync has looked at yet", plural(e.Changes, "message"))
	}
	return b.String()
}

// planned reports whether it is known what a sync would do.
func (e explanation) planned() bool {
	if e.Procore == nil || e.Procore.Where == syncer.Unreachable.String() || e.Box.Where == syncer.Unreachable.String() {
		return false
	}
	return e.State != office.PausedLink && e.State != syncer.Stopped.String()
}

// first is the head of the first line of several.
func first(i int, head string) string {
	if i > 0 {
		return ""
	}
	return head
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func itemOf(ev office.WhyEvent) string {
	text := fmt.Sprintf("%q", ev.Path)
	if ev.From != "" {
		text += fmt.Sprintf(" from %q", ev.From)
	}
	return text
}

// event is one thing that was or would be done.
func event(ev office.WhyEvent) string {
	text := fmt.Sprintf("%s %s in %s", ev.Op, itemOf(ev), ev.On.Title())
	if ev.Result != "" && ev.Result != "done" {
		text = ev.Result + ": " + text
	}
	if why := cmp.Or(ev.Err, ev.Reason); why != "" {
		text += ": " + why
	}
	return text + by(ev)
}

// by names who made the change that was carried over.
func by(ev office.WhyEvent) string {
	if ev.By == nil {
		return ""
	}
	who := ev.By.Name
	if who == "" {
		who = "account " + ev.By.ID
	}
	if ev.By.At.IsZero() {
		return fmt.Sprintf(" (by %s)", who)
	}
	return fmt.Sprintf(" (by %s, %s)", who, when(ev.By.At))
}

// shown says what one service shows.
func shown(s *office.WhySide) string {
	var text string
	switch s.Where {
	case syncer.Nowhere.String():
		return "has none"
	case syncer.Unreachable.String():
		return "could not be asked: " + s.Err
	case syncer.Here.String():
		text = fmt.Sprintf("%q", cmp.Or(s.Path, s.Name))
	case syncer.Outside.String():
		text = "outside of the link: " + fmt.Sprintf("%q", s.Name)
	case syncer.InTrash.String():
		text = fmt.Sprintf("in the trash: %q", cmp.Or(s.Name, s.Path))
	default:
		return "does not show it any more: it is gone for good, or hidden from the account"
	}
	text += ", number " + strings.TrimPrefix(s.ID, "f")
	if s.Size > 0 {
		text += fmt.Sprintf(", %d bytes", s.Size)
	}
	if !s.Modified.IsZero() {
		text += ", of " + when(s.Modified)
	}
	if s.Author != "" {
		text += ", by account " + s.Author
	}
	if s.Locked != "" {
		text += ", locked by " + s.Locked
	}
	if s.Private {
		text += ", private"
	}
	if s.Link != "" {
		text += "  " + s.Link
	}
	return text
}
