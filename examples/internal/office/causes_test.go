package office

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// causes are all that there are, by the files that name them.
func causes(t *testing.T) (all []syncer.Cause) {
	t.Helper()
	for _, path := range []string{"../../../syncer/cause.go", "causes.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Cause") {
				return true
			}
			text, ok := spec.Values[0].(*ast.BasicLit)
			require.True(t, ok, spec.Names[0].Name)
			cause, err := strconv.Unquote(text.Value)
			require.NoError(t, err)
			all = append(all, syncer.Cause(cause))
			return true
		})
	}
	require.Greater(t, len(all), 25)
	return all
}

func TestEveryCauseHasPlainWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	said := map[string]syncer.Cause{}
	for _, cause := range causes(t) {
		r := RemedyOf(cause)
		require.NotContains(t, said, r.Plain, "%q and %q are told apart", cause, said[r.Plain])
		said[r.Plain] = cause
	}
	require.Equal(t, RemedyOf(syncer.CauseUnknown), RemedyOf("a cause of a newer version"))
}

// deed is what a next step begins with that asks for something.
var deed = regexp.MustCompile(`^(sign|compare|look|give|make|rename|change|do|ask|approve|bring|restore|wait:|mend) `)

// goesOn is what a next step ends with: what becomes of it then.
var goesOn = regexp.MustCompile(`(the next sync (tries|goes|looks|heeds|finds|reads|does)\b|goes on\b|go on as procorebox sync)`)

// placeholder is what nobody fills in but the person who reads it.
var placeholder = regexp.MustCompile(`\b[A-Z]{2,}\b`)

func TestEveryNextStepSaysWhatToDoOrThatThereIsNothingAndWhenItGoesOn(t *testing.T) {
	t.Parallel()
	for _, cause := range causes(t) {
		for _, at := range []scene{
			{"tower", mapping.Documents, BoxService, "0123abcd"},
			{"tower", mapping.Photos, ProcoreService, ""},
			{"tower", mapping.RFIs, "", ""},
			{on: BoxService},
			{},
		} {
			r := RemedyOf(cause).in(at)
			nothing := strings.HasPrefix(r.Next, "nothing to do: ")
			require.NotEqual(t, nothing, deed.MatchString(r.Next), "%q: %s", cause, r.Next)
			require.NotContains(t, strings.TrimPrefix(r.Next, "nothing to do: "), "nothing", "%q contradicts itself: %s", cause, r.Next)
			require.Regexp(t, goesOn, r.Next, cause)
			require.LessOrEqual(t, strings.Count(r.Next, ";"), 2, "%q: it is a sentence: %s", cause, r.Next)
			require.Regexp(t, `^[^\n.]+$`, r.Plain+r.Next, cause)
			left := placeholder.FindAllString(r.Plain+" "+r.Next, -1)
			if at.tool == "" && cause == syncer.CauseReadOnly {
				require.Equal(t, []string{"TOOL"}, left)
				continue
			}
			for _, word := range left {
				require.Contains(t, []string{"FILE", "ID"}, word, "%q: %s", cause, r.Next)
			}
		}
	}
}

func TestANextStepNamesTheServiceTheToolAndTheLink(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		cause syncer.Cause
		at    scene
		next  string
	}{
		{syncer.CauseUnreached, scene{link: "tower", on: BoxService}, "look whether this machine has a network; once Box can be reached the next sync tries it again"},
		{syncer.CauseBusy, scene{link: "tower", on: ProcoreService}, "nothing to do: the next sync tries it again"},
		{syncer.CauseSignIn, scene{on: ProcoreService}, "sign in again: procorebox connect procore; the next sync goes on"},
		{syncer.CauseSignIn, scene{}, "sign in again: procorebox connect box, or procorebox connect procore; the next sync goes on"},
		{
			syncer.CauseReadOnly,
			scene{"tower", mapping.Documents, ProcoreService, ""},
			"give the account the right to write in Procore, or let it flow one way: procorebox link edit tower --direction documents=to-box; the next sync tries it again",
		},
		{syncer.CauseHalted, scene{link: "tower", confirm: "0123abcd"}, "look at what it found, and if that is meant procorebox sync tower --confirm 0123abcd goes on"},
		{syncer.CauseHalted, scene{link: "tower"}, "look at what it found, and if that is meant go on as procorebox sync tower says"},
		{syncer.CauseUnsupported, scene{on: BoxService}, "do it in Box by hand, or undo it in Procore; the next sync finds both alike then"},
	} {
		require.Equal(t, x.next, RemedyOf(x.cause).in(x.at).Next)
	}
}
