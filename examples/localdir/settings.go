//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

// settings are what the command line says.
type settings struct {
	state, trash, conflict string
	dryRun, json, confirm  bool
	limited                bool // deletes are
	maxDelete              int
	a, b                   string
}

const usage = `usage: localdir -state FILE [-trash DIR] [-dry-run] [-json] [-max-delete N]
                [-conflict both|newest|a|b|leave] [-confirm] A B

Keeps the directories A and B in step, both ways.

`

// parse reads the arguments. What is wrong with them is in the error, which names the flag.
func parse(args []string, help io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("localdir", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&s.state, "state", "", "`FILE` that remembers what A and B were like; made if it is not there")
	f.StringVar(&s.trash, "trash", "", "`DIR` for deleted files and replaced versions (default FILE.trash)")
	f.BoolVar(&s.dryRun, "dry-run", false, "say what would be done, and write nothing")
	f.BoolVar(&s.json, "json", false, "an object for each action, last the totals")
	f.IntVar(&s.maxDelete, "max-delete", 0, "no more than `N` deletes in any 24 hours (default no limit)")
	f.StringVar(&s.conflict, "conflict", "both", "who wins a conflict: both, newest, a, b or leave")
	f.BoolVar(&s.confirm, "confirm", false, "go on although so much has changed that a run would halt")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			_, _ = io.WriteString(help, usage) // nobody is left to be told
			f.SetOutput(help)
			f.PrintDefaults()
		}
		return s, err
	}
	f.Visit(func(set *flag.Flag) { s.limited = s.limited || set.Name == "max-delete" })
	switch {
	case s.state == "":
		return s, errors.New("-state is missing")
	case f.NArg() != 2:
		return s, fmt.Errorf("two directories are needed, not %d", f.NArg())
	case s.maxDelete < 0:
		return s, fmt.Errorf("-max-delete is %d, below nothing", s.maxDelete)
	}
	if s.trash == "" {
		s.trash = s.state + ".trash"
	}
	s.a, s.b = f.Arg(0), f.Arg(1)
	_, err := s.resolver()
	return s, err
}

func (s *settings) resolver() (syncer.Resolver, error) {
	switch s.conflict {
	case "both":
		return policy.KeepBoth, nil
	case "newest":
		return policy.Newest{}, nil
	case "a":
		return policy.Prefer(syncer.Source), nil
	case "b":
		return policy.Prefer(syncer.Destination), nil
	case "leave":
		return policy.Leave, nil
	}
	return nil, fmt.Errorf("-conflict is %q, not both, newest, a, b or leave", s.conflict)
}

// policies are the rules of a run. The brake counts deletes unless a limit bounds them.
func (s *settings) policies(ledger syncer.Ledger) (syncer.Policies, error) {
	resolver, err := s.resolver()
	if err != nil {
		return syncer.Policies{}, err
	}
	p := syncer.Policies{Resolver: resolver, Guards: []syncer.Guard{policy.Brake{Deletes: !s.limited}}}
	if s.limited {
		limit := policy.DeleteLimit{Ledger: ledger, Scope: pairName, Most: s.maxDelete}
		p.Guards = append(p.Guards, limit)
		p.Gates = []syncer.Gate{limit}
	}
	return p, nil
}
