package main

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/examples/internal/service"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// watchFlags are those of "watch".
type watchFlags struct {
	every, drain, stale time.Duration
	json                bool
	listen, log, level  string
	hooks, hooksListen  string
	envFile             string
}

const defaultDrain = 30 * time.Second

func (c *console) watchCommand() *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Keep all links in step until stopped",
		Long: `Keep all links in step until stopped, but for those that are paused. What changes in Box
is told by Box within seconds; Procore is asked now and then. Links that are made, changed,
paused or removed in the meantime, also by other commands beside it, count from the next
question on; a run of a link that is paused ends what it has begun, and begins nothing more.
So do connections: where a service does not take the sign-in any more, it says so once, waits,
and goes on when somebody has signed in with "procorebox connect" beside it.

Each action is printed when it is done. With --json each is one line of JSON. With --log
nothing is printed, and everything is logged on standard error.

As a service:

  SIGTERM, SIGINT  begin nothing new, end the calls that are under way, and exit with code 0;
                   after the time of --drain they are cut off, and the next run looks what
                   became of them. A second signal cuts them off at once.
  SIGHUP           read the file of --env-file, the key, the connections and the links again.
                   If they cannot be used it goes on as before, and says why.

When "procorebox restore" asks for the data directory, the watch hands it over as if it were
to stop, waits until the restore has ended, however that ends, and goes on with what is there.

With --hooks and --hooks-listen both services tell of changes by webhooks: an edit in Procore
arrives within seconds, and why and history say who deleted something there, which Procore
tells in no other way. The watch makes the webhooks of all links at the address of --hooks
and sees to them every hour; those of a link that is removed go with it, and --hooks off
takes all of them away. What is sent there must prove that it is from Procore or Box, and is
a hint and no more: Procore is still asked, every five minutes then, so webhooks that get
lost do no harm. Procore needs the right Standard in "Webhooks API", and Read Only in
Directory to tell names and not numbers; Box needs the scope "Manage webhooks", and
BOX_WEBHOOK_PRIMARY_KEY or BOX_WEBHOOK_SECONDARY_KEY, the signature keys of the app.

--listen serves /healthz (200, or 503 with the reasons as JSON) and /metrics for Prometheus.
internal/docs/operations.md has a unit for systemd and says what the figures mean.`,
		Example: "  procorebox watch\n  procorebox watch --log json --listen :9464 --env-file /etc/procorebox/env\n" +
			"  procorebox watch --hooks https://hooks.example.com/procorebox --hooks-listen 127.0.0.1:9465",
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return c.watch(cmd.Context(), cmd.CommandPath(), f)
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&f.every, "every", time.Minute, "how often to ask Procore for changes")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.DurationVar(&f.drain, "drain", defaultDrain, "how long calls under way may take to end when it is stopped")
	flags.StringVar(&f.listen, "listen", "", "serve /healthz and /metrics at `ADDR`, such as 127.0.0.1:9464; without a host, to this machine only")
	flags.StringVar(&f.hooks, "hooks", "", "keep webhooks at both services that call the public address `URL`; \"off\" takes them away (default: PROCOREBOX_HOOKS)")
	flags.StringVar(&f.hooksListen, "hooks-listen", "", "take webhooks at `ADDR`, where a proxy brings them from the public address, and serve nothing else (default: PROCOREBOX_HOOKS_LISTEN)")
	flags.DurationVar(&f.stale, "stale", service.DefaultStale, "without the end of a run for this long, /healthz says so")
	flags.StringVar(&f.log, "log", "", "log on standard error as `text|json` instead of printing")
	flags.StringVar(&f.level, "log-level", "", "log from `debug|info|warn|error` on (default: PROCOREBOX_LOG_LEVEL, or info)")
	flags.StringVar(&f.envFile, "env-file", "", "`FILE` of NAME=value lines that count before the environment; read again on SIGHUP")
	cmd.MarkFlagsMutuallyExclusive("json", "log")
	return cmd
}

func (f *watchFlags) check() error {
	switch {
	case f.every < time.Second:
		return usage("--every must be 1s or more, not %s", f.every)
	case f.drain < 0:
		return usage("--drain must not be negative, not %s", f.drain)
	case f.stale < time.Second:
		return usage("--stale must be 1s or more, not %s", f.stale)
	case !slices.Contains([]string{"", "text", "json"}, f.log):
		return usage("--log must be text or json, not %q", f.log)
	}
	if err := address("--listen", f.listen); err != nil {
		return err
	}
	_, err := levelOf(f.level)
	if err != nil {
		return usage("--log-level %w", err)
	}
	return nil
}

// A teller is told how a watch gets on, by one goroutine at a time.
type teller interface {
	event(e syncer.Event)
	told(l mapping.Link, s *office.Synced)
	looked(kept []mapping.Link)
	trouble(err error)
	// say is about the watch itself.
	say(text string, args ...any)
}

// paper tells people, on standard output and standard error.
type paper struct {
	*printer
	left map[string]map[string]bool // of links, the lines that the last look left
}

// told says what is new. What waits for a person waits for days, and is met by each look.
func (p *paper) told(l mapping.Link, s *office.Synced) {
	was, now, news := p.left[l.ID], map[string]bool{}, 0
	for line := range p.resting(s) {
		if now[line] = true; !was[line] {
			p.write(p.c.print("%s\n", line))
			news++
		}
	}
	p.left[l.ID] = now
	if (s.Totals.Writes > 0 || news > 0 || len(now) < len(was)) && (s.Err == nil || s.Ran()) {
		p.totals(s.Totals)
	}
	if s.Err != nil {
		p.c.complain(s.Err)
	}
}

// resting is what a look leaves, a line each.
func (p *paper) resting(s *office.Synced) iter.Seq[string] {
	var text strings.Builder
	q := (&console{stdout: &text}).printer(p.json, true)
	q.results(s.Results)
	return strings.FieldsFuncSeq(text.String(), func(r rune) bool { return r == '\n' })
}

func (p *paper) looked([]mapping.Link) {}

func (p *paper) trouble(err error) { p.c.complain(err) }

func (p *paper) say(text string, args ...any) {
	for i := 0; i+1 < len(args); i += 2 {
		text += fmt.Sprintf(", %v %v", args[i], args[i+1])
	}
	p.c.complain(fmt.Errorf("%s", text))
}
