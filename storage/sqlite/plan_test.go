package sqlite

import (
	"context"
	"database/sql/driver"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/connect/connecttest"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// statements returns every statement that the suites make a Store and a Ledger prepare, each with an
// open file that it is for.
func statements(t *testing.T) map[string]*database {
	t.Helper()
	all := map[string]*database{}
	gather := func(d *database) {
		for _, c := range append(slices.Clone(d.idle), d.writer) {
			for text := range c.stmt {
				all[text] = d
			}
		}
	}
	clock := new(syncertest.Clock)
	stores := func(ctx context.Context) (*syncertest.StoreHarness, error) {
		s, err := Open(ctx, filepath.Join(t.TempDir(), "state.db"), Options{Clock: clock.Now, Lease: time.Minute})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return &syncertest.StoreHarness{Store: s, Lease: time.Minute, Advance: clock.Advance, Close: func() { gather(s.database) }}, nil
	}
	require.NoError(t, syncertest.CheckStateStore(t.Context(), stores))
	require.NoError(t, syncertest.CheckLedger(t.Context(), func(ctx context.Context) (*syncertest.LedgerHarness, error) {
		l, err := OpenLedger(ctx, filepath.Join(t.TempDir(), "ledger.db"), LedgerOptions{Clock: clock.Now})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { require.NoError(t, l.Close()) })
		return &syncertest.LedgerHarness{Ledger: l, Advance: clock.Advance, Close: func() { gather(l.database) }}, nil
	}))
	key, err := connect.NewTokenKey(make([]byte, connect.TokenKeySize))
	require.NoError(t, err)
	require.NoError(t, connecttest.CheckTokenStore(t.Context(), func(ctx context.Context) (*connecttest.TokenHarness, error) {
		tokens, err := OpenTokens(ctx, filepath.Join(t.TempDir(), "tokens.db"), TokenOptions{Key: key})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { require.NoError(t, tokens.Close()) })
		return &connecttest.TokenHarness{Store: tokens, Close: func() {
			require.NoError(t, tokens.Forget(ctx, "nobody"))
			gather(tokens.database)
		}}, nil
	}))
	require.NoError(t, connecttest.CheckBudget(t.Context(), func(ctx context.Context) (*connecttest.BudgetHarness, error) {
		b, err := OpenBudget(ctx, filepath.Join(t.TempDir(), "budget.db"), BudgetOptions{Clock: clock.Now})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { require.NoError(t, b.Close()) })
		return &connecttest.BudgetHarness{Budget: b, Advance: clock.Advance, Close: func() {
			require.NoError(t, b.Forget(ctx, "nobody"))
			gather(b.database)
		}}, nil
	}))
	n, err := OpenNotes(t.Context(), filepath.Join(t.TempDir(), "notes.db"), NoteOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	for _, text := range [][]byte{{1}, nil} {
		require.NoError(t, n.Change(t.Context(), "a", func(map[string][]byte) (map[string][]byte, error) {
			return map[string][]byte{"a": text}, nil
		}))
	}
	gather(n.database)
	gather(usedRuns(t))
	return all
}

// usedRuns returns a file of Runs each method of which was called.
func usedRuns(t *testing.T) *database {
	t.Helper()
	ctx := t.Context()
	r, err := OpenRuns(ctx, filepath.Join(t.TempDir(), "runs.db"), RunOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	n, err := r.Add(ctx, "a", time.Unix(1, 0), nil)
	require.NoError(t, err)
	require.NoError(t, r.Put(ctx, n, time.Unix(1, 0), nil, 7))
	_, err = r.Get(ctx, n)
	require.NoError(t, err)
	for _, link := range []string{"", "a"} {
		require.NoError(t, r.Each(ctx, link, time.Time{}, func(uint64, []byte) bool { return true }))
	}
	require.NoError(t, r.Forget(ctx, time.Unix(2, 0)))
	return r.database
}

// A statement that is not about rows, or that is made once when a file is opened.
var aside = regexp.MustCompile(`^(BEGIN|COMMIT|ROLLBACK|PRAGMA|SELECT type, name, sql FROM sqlite_schema|SELECT last_insert_rowid)`)

var (
	lookedUp = regexp.MustCompile(`(\w+) (?:=|<|>|<=) `)
	rowValue = regexp.MustCompile(`\(([\w, ]+)\) [<>]=? `)
	step     = regexp.MustCompile(`^(SEARCH .+? \((.*)\)|MERGE \(UNION ALL\)|LEFT|RIGHT)$`)
)

// columns returns what the condition of a query compares, as a plan calls it.
func columns(query string) (list []string) {
	_, condition, _ := strings.Cut(query, "WHERE ")
	condition, _, _ = strings.Cut(condition, "ORDER BY")
	for _, m := range rowValue.FindAllStringSubmatch(condition, -1) {
		list = append(list, "("+strings.ReplaceAll(m[1], " ", "")+")")
	}
	for _, m := range lookedUp.FindAllStringSubmatch(rowValue.ReplaceAllString(condition, ""), -1) {
		list = append(list, m[1])
	}
	return list
}

// amiss says what is wrong with a plan. A row that is found by its number needs no other key.
func amiss(query string, plan []string) string {
	var keys []string
	for _, line := range plan {
		m := step.FindStringSubmatch(line)
		if m == nil {
			return line
		}
		if m[2] != "" {
			keys = append(keys, m[2])
		}
	}
	if strings.HasPrefix(query, "INSERT") {
		return ""
	}
	parts := strings.Split(query, "UNION ALL")
	if len(keys) < len(parts) {
		return "fewer searches than conditions"
	}
	for i, part := range parts {
		for _, column := range columns(part) {
			if column == "(began,n)" {
				column = "began" // the number of a row stands behind each key, and SQLite compares it there
			}
			numbered := (column == "key" || column == "n" || column == "id") && strings.Contains(keys[i], "rowid")
			if keys[i] != "rowid=?" && !numbered && !regexp.MustCompile(`(^| )`+regexp.QuoteMeta(column)+`[=<>]`).MatchString(keys[i]) {
				return column + " is no part of the key " + keys[i]
			}
		}
	}
	return ""
}

func TestEveryStatementFindsItsRowsByAWholeKey(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs every suite once more, for what each statement is and not for what it does")
	}
	t.Parallel()
	all := statements(t)
	require.Greater(t, len(all), 60, "the suites make a store prepare all that it knows")
	for _, query := range slices.Sorted(maps.Keys(all)) {
		if !aside.MatchString(query) {
			require.Empty(t, amiss(query, planOf(t, all[query], query)), query)
		}
	}
}

func TestAPlanThatReadsTooMuchIsNoticed(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "state.db"), Options{})
	require.NoError(t, err)
	defer s.Close()
	for _, query := range []string{
		"SELECT data FROM record WHERE data = ?",
		"SELECT data FROM record WHERE pair = ? AND key > ? ORDER BY key LIMIT 1",
		"SELECT data FROM pending WHERE pair = ? AND side = ?",
		"SELECT data FROM hold WHERE pair = ? ORDER BY data",
		"SELECT data FROM journal WHERE seq > ?",
	} {
		require.NotEmpty(t, amiss(query, planOf(t, s.database, query)), query)
	}
}

func planOf(t *testing.T, d *database, query string) (plan []string) {
	t.Helper()
	require.NoError(t, d.read(t.Context(), func(c *conn) error {
		return c.each(func(row []driver.Value) error {
			plan = append(plan, text(row[3]))
			return nil
		}, "EXPLAIN QUERY PLAN "+query, make([]driver.Value, strings.Count(query, "?"))...)
	}))
	return plan
}
