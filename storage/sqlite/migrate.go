package sqlite

import (
	"database/sql/driver"
	"embed"
	"fmt"
	"slices"
)

// format says what kind of file a database is: its number in the file's header, and the scripts in the
// folder schema that lead to its tables. A file's version is how many of them it has seen, so the list
// only ever grows at its end. A folder of scripts is a part; what a part is in, is in two lists: that of
// its own kind of file, and that of the kind with all parts.
type format struct {
	application int64
	scripts     []string
}

// The numbers are "PBst", "PBld", "PBtk", "PBbu", "PBno", "PBru" and "PBdf".
var (
	stateFormat  = format{0x50427374, []string{"state/0001_state", "state/0002_clash", "state/0003_owner", "state/0004_told"}}
	ledgerFormat = format{0x50426c64, []string{"ledger/0001_ledger", "ledger/0002_uptime", "ledger/0003_checked"}}
	tokenFormat  = format{0x5042746b, []string{"token/0001_token"}}
	budgetFormat = format{0x50426275, []string{"budget/0001_budget"}}
	noteFormat   = format{0x50426e6f, []string{"note/0001_note"}}
	runFormat    = format{0x50427275, []string{"run/0001_run"}}
	wholeFormat  = format{0x50426466, []string{
		"state/0001_state",
		"ledger/0001_ledger", "ledger/0002_uptime",
		"token/0001_token",
		"budget/0001_budget",
		"ledger/0003_checked",
		"note/0001_note",
		"state/0002_clash",
		"run/0001_run",
		"state/0003_owner",
		"state/0004_told",
	}}
)

//go:embed schema
var schema embed.FS

// migrate brings a file of ours to the present version. One that is newer is an error.
func (f format) migrate(c *conn) error {
	present := int64(len(f.scripts))
	if version, err := pragma(c, "user_version"); err != nil || version == present {
		return err
	}
	return c.within("BEGIN IMMEDIATE", func() error {
		version, err := pragma(c, "user_version") // another process may have been faster
		switch {
		case err != nil:
			return err
		case version > present:
			return fmt.Errorf("%w: it has schema %d, this program knows %d", ErrNewer, version, present)
		case version < 0:
			return damaged("file has schema %d", version)
		}
		for _, name := range f.scripts[version:] {
			script, err := schema.ReadFile("schema/" + name + ".sql")
			if err != nil {
				return err
			}
			if err := c.script(string(script)); err != nil {
				return fmt.Errorf("migrate with %s: %w", name, err)
			}
		}
		return c.script(fmt.Sprintf("PRAGMA user_version = %d", present))
	})
}

// fits returns an error unless the tables and indexes of a file are just those of its version.
func (f format) fits(c *conn) error {
	model, err := dial(":memory:")
	if err != nil {
		return err
	}
	defer model.drop()
	if err := f.migrate(model); err != nil {
		return err
	}
	want, err := objects(model)
	if err != nil {
		return err
	}
	got, err := objects(c)
	if err != nil {
		return err
	}
	if !slices.Equal(got, want) {
		return damaged("tables are not those of a file of this kind")
	}
	return nil
}

// objects returns the text of everything that a schema defines.
func objects(c *conn) (list []string, err error) {
	err = c.each(func(row []driver.Value) error {
		list = append(list, text(row[0])+" "+text(row[1])+" "+text(row[2]))
		return nil
	}, "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name")
	return list, err
}

// pragma returns the integer that a PRAGMA tells.
func pragma(c *conn, name string) (int64, error) {
	row, err := c.one("PRAGMA " + name)
	if err != nil || len(row) == 0 {
		return 0, err
	}
	return number(row[0]), nil
}
