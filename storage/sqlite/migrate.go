package sqlite

import (
	"database/sql/driver"
	"embed"
	"fmt"
	"io/fs"
	"slices"
)

// format says what kind of file a database is: its number in the file's header, and the scripts that
// lead to its tables, each from one version to the next.
type format struct {
	application int64
	folder      string
}

var (
	stateFormat  = format{0x50427374, "state"}  // "PBst"
	ledgerFormat = format{0x50426c64, "ledger"} // "PBld"
)

//go:embed schema
var schema embed.FS

// scripts returns the text of each migration, in order. The version of a file is how many of them it
// has seen.
func (f format) scripts() ([]string, error) {
	entries, err := fs.ReadDir(schema, "schema/"+f.folder)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range entries {
		text, err := schema.ReadFile("schema/" + f.folder + "/" + e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, string(text))
	}
	return list, nil
}

// migrate brings a file of ours to the present version. One that is newer is an error.
func (f format) migrate(c *conn) error {
	scripts, err := f.scripts()
	if err != nil {
		return err
	}
	if version, err := pragma(c, "user_version"); err != nil || version == int64(len(scripts)) {
		return err
	}
	return c.within("BEGIN IMMEDIATE", func() error {
		version, err := pragma(c, "user_version") // another process may have been faster
		switch {
		case err != nil:
			return err
		case version > int64(len(scripts)):
			return damaged("file was written by a newer version of the program: it has schema %d, this program knows %d", version, len(scripts))
		case version < 0:
			return damaged("file has schema %d", version)
		}
		for i, script := range scripts[version:] {
			if err := c.script(script); err != nil {
				return fmt.Errorf("migrate to schema %d: %w", int(version)+i+1, err)
			}
		}
		return c.script(fmt.Sprintf("PRAGMA user_version = %d", len(scripts)))
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
