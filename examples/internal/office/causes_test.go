package office_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

func TestEveryCauseHasPlainWordsAndANextStepOfItsOwn(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../syncer/cause.go", nil, 0)
	require.NoError(t, err)
	said := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		text, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		cause, err := strconv.Unquote(text.Value)
		require.NoError(t, err)
		r := office.RemedyOf(syncer.Cause(cause))
		require.NotEmpty(t, r.Next, cause)
		require.NotContains(t, said, r.Plain, "%q and %q are told apart", cause, said[r.Plain])
		said[r.Plain] = cause
		return true
	})
	require.Greater(t, len(said), 20)
	require.Equal(t, office.RemedyOf(syncer.CauseUnknown), office.RemedyOf("a cause of a newer version"))
}
