package box_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
)

func TestAnAccountHasANameOnceAnItemHasNamedIt(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{})
	root := a.root(t)
	file, err := a.ann.Upload(root.ID, "plan.pdf", []byte("one"))
	require.NoError(t, err)
	require.Empty(t, a.fs.Person(a.ann.ID), "nobody has told of her yet")
	e, err := a.fs.Look(t.Context(), "f"+file.ID)
	require.NoError(t, err)
	require.Equal(t, a.ann.ID, e.Facts.Author)
	before := a.Calls()
	require.Equal(t, "Ann (ann@x.example)", a.fs.Person(e.Facts.Author))
	require.Equal(t, before, a.Calls(), "a name costs no call")
}
