package sqlite_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// kept is what a File holds besides its Store.
type kept struct {
	charged  int
	tokens   [2]connect.Token
	accounts [2]string
	notes    map[string][]byte
}

func credentials() [2]string { return [2]string{"box", "procore"} }

// readKept returns all of it, or the first error.
func readKept(ctx context.Context, f *sqlite.File) (k kept, err error) {
	if k.charged, _, err = f.Ledger.Used(ctx, "account", day); err != nil {
		return k, err
	}
	if k.notes, err = f.Notes.Read(ctx, ""); err != nil {
		return k, err
	}
	for i, credential := range credentials() {
		if k.tokens[i], err = f.Tokens.Load(ctx, credential); err != nil {
			return k, err
		}
		err := f.Budget.Update(ctx, credential, func(_ time.Time, old []byte) ([]byte, error) {
			k.accounts[i] = string(old)
			return old, nil
		})
		if err != nil {
			return k, err
		}
	}
	return k, nil
}

// fixed are options under which a File does not notice when it is opened.
func fixed(tb testing.TB) sqlite.FileOptions {
	tb.Helper()
	return sqlite.FileOptions{Options: sqlite.Options{Clock: func() time.Time { return someDay }, Machine: "one"}, Key: tokenKey(tb, 1)}
}

// goodWhole returns the bytes of a small File, and what is in it.
func goodWhole(t *testing.T) ([]byte, kept) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "good.db")
	f, err := sqlite.OpenFile(t.Context(), path, fixed(t))
	require.NoError(t, err)
	for i, credential := range credentials() {
		require.NoError(t, saveToken(t.Context(), f.Tokens, credential, connect.Token{Access: credential, Expiry: someDay}))
		require.NoError(t, f.Budget.Update(t.Context(), credential, func(time.Time, []byte) ([]byte, error) {
			return []byte(credential + " has spent"), nil
		}))
		require.NoError(t, charge(t, f.Ledger, fmt.Sprint(i), 9))
		require.NoError(t, f.Notes.Change(t.Context(), "", func(map[string][]byte) (map[string][]byte, error) {
			return map[string][]byte{credential: []byte("settings of " + credential)}, nil
		}))
	}
	want, err := readKept(t.Context(), f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data, want
}

func TestAPartOfADamagedFileSaysSoOrShowsWhatWasWritten(t *testing.T) {
	t.Parallel()
	good, want := goodWhole(t)
	opened, refused, wanted := 0, 0, sampled()
	try := func(h harm, at int, with ...byte) {
		if !wanted() {
			return
		}
		path := filepath.Join(t.TempDir(), "harmed.db")
		require.NoError(t, os.WriteFile(path, h.do(good, uint32(at), with), 0o600))
		f, err := sqlite.OpenFile(t.Context(), path, fixed(t))
		if err != nil {
			require.ErrorIs(t, err, syncer.ErrDamaged)
			refused++
			return
		}
		opened++
		checked := f.Check(t.Context())
		got, err := readKept(t.Context(), f)
		if checked != nil {
			require.ErrorIs(t, checked, syncer.ErrDamaged)
		}
		if err != nil {
			require.ErrorIs(t, err, syncer.ErrDamaged)
			require.Error(t, checked, "the check found nothing")
		} else {
			require.Equal(t, want, got, "harm %d at %d", h, at)
		}
		require.NoError(t, f.Close())
	}
	page := int(binary.BigEndian.Uint16(good[16:]))
	for at := 0; at < len(good); at += page {
		try(cut, at)
		try(blank, at, make([]byte, page/16)...)
		for _, i := range []int{0, 3, 5} { // kind of page, number of cells, where they begin
			try(flip, at+i, 0x5a)
		}
		for i := range 2 {
			try(flip, at+page-5-20*i, 0x5a) // what a row holds
		}
	}
	require.Positive(t, opened)
	require.Positive(t, refused)
	t.Logf("%d files refused, %d opened", refused, opened)
}

func TestWhatIsDamagedOfOneCredentialStopsNothingElseAndCanBeForgotten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "procorebox.db")
	whole, want := goodWhole(t)
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, table := range []string{"token", "account"} {
		_, err = db.ExecContext(t.Context(), "UPDATE "+table+" SET data = zeroblob(60) WHERE credential = 'box'")
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())

	f, err := sqlite.OpenFile(t.Context(), path, fixed(t))
	require.NoError(t, err)
	defer f.Close()
	same := func(_ time.Time, old []byte) ([]byte, error) { return old, nil }
	_, err = f.Tokens.Load(t.Context(), "box")
	require.ErrorIs(t, err, syncer.ErrDamaged)
	require.ErrorIs(t, saveToken(t.Context(), f.Tokens, "box", connect.Token{}), syncer.ErrDamaged)
	require.ErrorIs(t, f.Budget.Update(t.Context(), "box", same), syncer.ErrDamaged, "what was spent must not seem unspent")
	token, err := f.Tokens.Load(t.Context(), "procore")
	require.NoError(t, err)
	require.Equal(t, want.tokens[1], token)
	require.NoError(t, f.Budget.Update(t.Context(), "procore", same))
	require.ErrorIs(t, f.Check(t.Context()), syncer.ErrDamaged)

	require.NoError(t, f.Tokens.Forget(t.Context(), "box"))
	require.ErrorIs(t, f.Check(t.Context()), syncer.ErrDamaged)
	require.NoError(t, f.Budget.Forget(t.Context(), "box"))
	require.NoError(t, f.Check(t.Context()))
	require.NoError(t, saveToken(t.Context(), f.Tokens, "box", connect.Token{}))
	require.NoError(t, f.Budget.Update(t.Context(), "box", func(_ time.Time, old []byte) ([]byte, error) {
		require.Empty(t, old)
		return old, nil
	}))
}
