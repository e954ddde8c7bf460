package procore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

func TestAnAccountHasANameOnceAnItemHasNamedIt(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{})
	p.PermitAllProjects(p.ann.User)
	root := p.root(t)
	made, err := p.ann.Upload(root.ID, "plan.pdf", []byte("one"))
	require.NoError(t, err)
	ann := id(p.ann.ID)
	require.Empty(t, p.fs.Person(ann), "nobody has told of her yet")
	for e, err := range p.fs.List(t.Context(), syncer.Entry{ID: id(root.ID)}, "") {
		require.NoError(t, err)
		if e.ID == file(made.ID) {
			require.Equal(t, ann, e.Facts.Author)
		}
	}
	before := p.Calls()
	require.Equal(t, "Ann (ann@x.example)", p.fs.Person(ann))
	require.Equal(t, before, p.Calls(), "a name costs no call")
}
