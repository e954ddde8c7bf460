package syncertest_test

import (
	"context"
	"fmt"
	"iter"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// edge are names that are allowed somewhere and trouble elsewhere.
var edge = []string{
	" leading", "trailing ", "dots...", "CON", "nul", "   ", "x", ".hidden", "-", "\u202eabc.txt",
	"\U0001f477\U0001f3fd site.pdf", "\u200fשלום.pdf", "\xff.txt", "con.txt", "~$lock.docx", "%41.txt",
}

func edgeNames(t *testing.T, s *stage) {
	raw := onA(func(o *syncertest.Options) { o.Info.Names = syncer.Names{RawBytes: true, Unique: syncer.UniqueExact} })
	write := func(s *stage) syncertest.Tree {
		tree := syncertest.Tree{"sibling": "s"}
		s.a.Write("sibling", "s")
		for _, name := range edge {
			s.a.Write(name, "body of "+name)
			s.a.Write("in "+name+"/"+name, "inner "+name)
			tree[name], tree["in "+name+"/"+name] = "body of "+name, "inner "+name
		}
		return tree
	}
	s.given(nil, raw, strictB, renaming)
	tree := write(s)
	s.run()
	s.requireTree(s.a, tree)
	s.requireWrites(s.a)
	s.requireFailures()
	s.requireSkips()
	got := s.b.byContents(t)
	require.Len(t, got, 2*len(edge)+1)
	rules := s.b.conn.Info().Names
	for body, at := range got {
		for element := range strings.SplitSeq(at, "/") {
			require.NoError(t, rules.Check(element), body)
		}
	}
	for _, name := range edge {
		if rules.Check(name) == nil && name != "-" {
			require.Equal(t, name, got["body of "+name], "was changed although B can hold it")
		}
	}
	s.requireSettled()

	t.Run("without-a-namer-they-are-reported", func(t *testing.T) {
		s := s.again(t)
		s.given(nil, raw, strictB)
		tree := write(s)
		s.run()
		s.requireTree(s.a, tree)
		s.requireWrites(s.a)
		s.requireFailures()
		skipped := []string{}
		want := syncertest.Tree{}
		for at, body := range whole(tree) {
			dir, name := path.Split(strings.TrimSuffix(at, "/"))
			if rules.Check(name) != nil || dir != "" && rules.Check(strings.TrimSuffix(dir, "/")) != nil {
				skipped = append(skipped, strings.TrimSuffix(at, "/"))
			} else {
				want[at] = body
			}
		}
		s.requireTree(s.b, want)
		s.requireSkips(skipped...)
		s.requireIdle()
	})

	for _, namer := range []bool{true, false} {
		t.Run(fmt.Sprintf("names-that-no-service-should-show-namer-%t", namer), func(t *testing.T) {
			s := s.again(t)
			opts := []option{strictB}
			if namer {
				opts = append(opts, renaming)
			}
			s.start(nil, nil, opts...)
			shown := map[string]string{"dot": ".", "dots": "..", "empty": "", "slash": "a/b", "null": "nu\x00ll"}
			s.Pair.Endpoint(s.a.side).FS = strange{s.a.conn, shown}
			s.base()
			for name := range shown {
				s.a.Write(name, "body of "+name)
			}
			s.a.Write("sibling", "s")
			before := s.a.Tree()
			s.run()
			s.requireTree(s.a, before)
			s.requireWrites(s.a)
			require.Equal(t, "s", s.b.Tree()["sibling"])
			got := s.b.byContents(t)
			require.Len(t, s.report.Skips, len(shown)+1-len(got), "%v\n%s", got, s.report)
			if namer {
				require.Len(t, got, len(shown)+1, s.report)
			}
			s.requireFailures()
			s.requireIdle()
		})
	}
}

// strange shows items under names that no service should have.
type strange struct {
	*syncertest.Handle
	shown map[string]string
}

func (s strange) show(e syncer.Entry) syncer.Entry {
	if name, ok := s.shown[e.Name]; ok {
		e.Name = name
	}
	return e
}

func (s strange) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		for e, err := range s.Handle.List(ctx, at, from) {
			if !yield(s.show(e), err) {
				return
			}
		}
	}
}

func (s strange) Look(ctx context.Context, id string) (syncer.Entry, error) {
	e, err := s.Handle.Look(ctx, id)
	return s.show(e), err
}

func (s strange) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	var out []syncer.Entry
	for e, err := range s.List(ctx, parent, "") {
		if err != nil {
			return nil, err
		}
		if e.ParentID == parent.ID && syncer.NameKey(e.Name) == key {
			out = append(out, e)
		}
	}
	return out, nil
}
