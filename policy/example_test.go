package policy_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// demo is a pair in memory under some rules. Both sides hold tree at first.
func demo(tree syncertest.Tree, rules syncer.Policies) *syncertest.World {
	w := syncertest.NewWorld(syncertest.WorldOptions{
		Store: memory.New(memory.Options{}), SourceTree: tree, DestinationTree: tree, Engine: syncer.Options{Policies: rules},
	})
	if _, err := w.Full(context.Background()); err != nil {
		fmt.Println(err)
	}
	return w
}

// again runs once more and prints what is left to do.
func again(w *syncertest.World, confirm ...string) error {
	report, err := w.Run(context.Background(), &syncer.RunOptions{Full: true, Confirm: confirm})
	for _, h := range report.Holds {
		fmt.Printf("held: %s %q: %s\n", h.Op, h.Path, h.Reason)
	}
	for _, s := range report.Skips {
		fmt.Printf("left: %q: %s\n", s.Path, s.Reason)
	}
	return err
}

// A program keeps one ledger for all its pairs, and one limit for each.
func ExampleRecommended() {
	ledger := memory.NewLedger(memory.Options{})
	options := syncer.Options{Policies: policy.Recommended(policy.DeleteLimit{
		Ledger: ledger, Scope: "harbour bridge, drawings", Most: 100,
		Also: []syncer.Limit{{Scope: "everything in Box", Most: 1000}},
	})}
	fmt.Println(options.Policies.Namer.Fingerprint(), len(options.Policies.Guards), len(options.Policies.Gates))
	// Output: lossless/1 2 1
}

func ExampleLossless() {
	source, destination := syncer.Names{}, syncer.Names{Forbidden: `\:*?"<>|`, Trailing: " .", Reserved: []string{"CON"}}
	for _, name := range []string{"RFI 12: door?.pdf", "etc.", "CON", "RFI 12꞉ door.pdf"} {
		there := policy.Lossless{}.Name(name, syncer.File, source, destination)
		back := policy.Lossless{}.Name(there, syncer.File, destination, source)
		fmt.Printf("%s -> %s -> %s\n", name, there, back)
	}
	// Output:
	// RFI 12: door?.pdf -> RFI 12꞉ door⸮.pdf -> RFI 12: door?.pdf
	// etc. -> etc∙ -> etc.
	// CON -> •CON -> CON
	// RFI 12꞉ door.pdf -> RFI 12‛꞉ door.pdf -> RFI 12꞉ door.pdf
}

func ExampleReplace() {
	strict := syncer.Names{Forbidden: `\:*?"<>|`, Trailing: " ."}
	fmt.Println(policy.Replace{}.Name("RFI #12: door?.pdf", syncer.File, syncer.Names{}, strict))
	fmt.Println(policy.Replace{}.Name("etc.", syncer.File, syncer.Names{}, strict))
	// Output:
	// RFI #12- door-.pdf
	// etc
}

func ExampleHyphens() {
	fmt.Println(policy.Hyphens().Name("RFI #12: 50% of the doors?.pdf", syncer.File, syncer.Names{}, syncer.Names{}))
	// Output: RFI -12- 50- of the doors-.pdf
}

func ExampleDeleteLimit() {
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	ledger := memory.NewLedger(memory.Options{Clock: func() time.Time { return now }})
	limit := policy.DeleteLimit{Ledger: ledger, Scope: "drawings", Most: 1}
	w := demo(syncertest.Tree{"a": "1", "b": "2", "c": "3"}, syncer.Policies{
		Guards: []syncer.Guard{limit}, Gates: []syncer.Gate{limit},
	})
	w.Ann.Remove("a")
	w.Ann.Remove("b")
	w.Ann.Write("c", "edited")
	fmt.Println(again(w), w.Destination.Tree())
	now = now.Add(24 * time.Hour)
	fmt.Println(again(w), w.Destination.Tree())
	// Output:
	// held: delete "b": over the limit of 1 delete in 24 hours for "drawings", 0 used before this run
	// <nil> map[b:2 c:edited]
	// <nil> map[c:edited]
}

// What is held waits for time, or for a person.
func ExampleDeleteLimit_approval() {
	limit := policy.DeleteLimit{Ledger: memory.NewLedger(memory.Options{}), Scope: "drawings", Most: 0}
	w := demo(syncertest.Tree{"a": "1", "b": "2", "c": "3"}, syncer.Policies{
		Guards: []syncer.Guard{limit}, Gates: []syncer.Gate{limit},
	})
	w.Ann.Remove("a")
	w.Ann.Remove("b")
	report, err := w.Full(context.Background())
	fmt.Println(err)
	for _, h := range report.Holds {
		word := syncer.Rejected
		if h.Path == "a" {
			word = syncer.Approved
		}
		if err := w.Store.Decide(context.Background(), w.Pair.Name, h.Action, word); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(again(w), w.Destination.Tree())
	// Output:
	// <nil>
	// left: "b": its delete was rejected
	// <nil> map[b:2 c:3]
}

func ExampleDeletesOff() {
	w := demo(syncertest.Tree{"a": "1", "b": "2"}, policy.Recommended(policy.DeletesOff{}))
	w.Ann.Remove("a")
	fmt.Println(again(w), w.Destination.Tree())
	// Output:
	// left: "a": deletes were switched off when it was deleted
	// <nil> map[a:1 b:2]
}

// A tool may have a switch of its own.
func ExampleDeletesByFolder() {
	rule, err := policy.NewDeletesByFolder(map[string]policy.DeleteRule{
		"":       policy.DeleteLimit{Ledger: memory.NewLedger(memory.Options{}), Scope: "harbour bridge", Most: 25},
		"Photos": policy.DeletesOff{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := demo(syncertest.Tree{"Drawings/a": "1", "Photos/b": "2", "c": "3"}, policy.Recommended(rule))
	w.Ann.Remove("Drawings/a")
	w.Ann.Remove("Photos/b")
	fmt.Println(again(w), w.Destination.Tree())
	// Output:
	// left: "Photos/b": deletes were switched off when it was deleted
	// <nil> map[Drawings/: Photos/: Photos/b:2 c:3]
}

// A pair halts before anything is written, and goes on when a person confirms what was found.
func ExampleBrake() {
	w := demo(syncertest.Tree{"a": "1", "b": "2", "c": "3"}, syncer.Policies{Guards: []syncer.Guard{policy.Brake{Files: 3}}})
	w.Ann.Write("a", "encrypted a")
	w.Ann.Write("b", "encrypted b")
	halt, _ := errors.AsType[*syncer.Halt](again(w))
	fmt.Println(halt.Why)
	fmt.Println(w.Destination.Tree())
	fmt.Println(again(w, halt.Evidence), w.Destination.Tree())
	// Output:
	// 2 of 3 files on destination are to change in one run: "a", "b"
	// map[a:1 b:2 c:3]
	// <nil> map[a:encrypted a b:encrypted b c:3]
}

func ExampleByFolder() {
	resolver, err := policy.NewByFolder(map[string]syncer.Resolver{
		"Drawings": policy.Prefer(syncer.Source),
		"Photos":   policy.Newest{Apart: time.Minute},
		"Minutes":  policy.Leave,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"Drawings/A-101.pdf", "Minutes/2026-05-04.docx", "elsewhere.txt"} {
		fmt.Println(resolver.Resolve(syncer.Conflict{Path: path}))
	}
	// Output:
	// take source
	// leave
	// keep both
}

func ExampleDirections() {
	directions, err := policy.NewDirections(map[string]syncer.Direction{
		"Drawings": {Mode: syncer.ToDestination, Wrong: syncer.PutBack},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := demo(syncertest.Tree{"Drawings/a": "1", "b": "1"}, syncer.Policies{Director: directions})
	w.Bob.Write("Drawings/a", "bob's")
	w.Bob.Write("b", "bob's")
	fmt.Println(again(w))
	fmt.Println(w.Source.Tree())
	fmt.Println(w.Destination.Tree())
	// Output:
	// <nil>
	// map[Drawings/: Drawings/a:1 b:bob's]
	// map[Drawings/: Drawings/a:1 b:bob's]
}

func ExampleAll() {
	tools, err := policy.NewTools("Documents", "Photos")
	if err != nil {
		fmt.Println(err)
		return
	}
	files, err := policy.NewFiles(policy.FileOptions{Largest: 1 << 30, NoTypes: []string{"mov", "mp4"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	globs, err := policy.NewGlobs(policy.GlobOptions{Exclude: []string{"**/~$*", "Documents/Private"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	filter := policy.All{tools, files, globs}
	for _, path := range []string{"Documents/plan.pdf", "RFIs/12.pdf", "Photos/site.MP4", "Documents/~$plan.docx", "Documents/Private/x"} {
		fmt.Printf("%s: %q\n", path, filter.Filter(syncer.Item{Path: path, Entry: syncer.Entry{Kind: syncer.File}}))
	}
	// Output:
	// Documents/plan.pdf: ""
	// RFIs/12.pdf: "tool \"RFIs\" is not chosen"
	// Photos/site.MP4: "files of type \"mp4\" are left out"
	// Documents/~$plan.docx: "excluded by \"**/~$*\""
	// Documents/Private/x: "excluded by \"Documents/Private\""
}
