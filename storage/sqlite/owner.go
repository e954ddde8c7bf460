package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

const selectOwner = "SELECT owner FROM pair WHERE id = ?"

// owner is what a coder writes of one.
func (c *coder) owner(o *syncer.Owner) {
	str(c, &o.Host)
	process := int64(o.Process)
	c.int(&process)
	o.Process = int(process)
	str(c, &o.Program)
	c.time(&o.Since)
}

// self is this process as the owner of a lease from now on.
func (o Options) self() syncer.Owner {
	host, _, _ := strings.Cut(o.Machine, " ") // what follows is the machine's ID
	return syncer.Owner{Host: host, Process: os.Getpid(), Program: o.Program, Since: o.Clock().UTC().Truncate(time.Second)}
}

// program is how a process is called that does not say it.
func program() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Base(path)
}

// locked is the error of a pair that somebody else has, until ends if that is known.
func locked(c *conn, id int64, ends time.Time) error {
	l := &syncer.Locked{Until: ends}
	row, err := c.one(selectOwner, id)
	if err == nil && row != nil && row[0] != nil {
		// What cannot be read is no reason to say less than that it is locked.
		_ = decode(bytes(row[0]), func(c *coder) { c.owner(&l.Owner) })
	}
	return l
}
