package procorebox_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// program is the program that the package comment shows.
func program(ctx context.Context) error {
	drawings := syncertest.New(syncertest.Options{}, syncertest.Tree{"A-101.pdf": "first issue"}).Connect()
	archive := syncertest.New(syncertest.Options{}, nil).Connect()
	limit := policy.DeleteLimit{Ledger: memory.NewLedger(memory.Options{}), Scope: "drawings", Most: 50}

	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "drawings",
		Source:      syncer.Endpoint{FS: drawings, Root: drawings.Root()},
		Destination: syncer.Endpoint{FS: archive, Root: archive.Root()},
	}, &syncer.Options{
		Policies: policy.Recommended(limit),
	})
	if err != nil {
		return err
	}
	plan, err := engine.Plan(ctx, nil) // what a run would do; nothing is written
	if err != nil {
		return err
	}
	fmt.Print(plan)
	report, err := engine.Run(ctx, nil)
	fmt.Print(report) // what was done, and why the rest was not
	return err
}

func Example() {
	if err := program(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// create file "A-101.pdf" on destination
	// drawings: 1 writes (1 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
}

func TestTheProgramInThePackageCommentIsTheOneThatIsCompiled(t *testing.T) {
	comment, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	var shown strings.Builder
	_, section, _ := strings.Cut(string(comment), "# A program that embeds it")
	section, _, _ = strings.Cut(section, "\n// # ")
	for line := range strings.Lines(section) {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			shown.WriteString("\t" + code)
		} else if line == "//\n" && shown.Len() > 0 {
			shown.WriteString("\n")
		}
	}
	_, compiled, _ := strings.Cut(string(source), "func program(ctx context.Context) error {\n")
	compiled, _, _ = strings.Cut(compiled, "\n}\n")
	require.Equal(t, compiled, strings.TrimRight(shown.String(), "\n"))
}
