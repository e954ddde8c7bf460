package worlds_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// memoryDesk is a service in memory, in which Ann works. It is in the place of Procore where a world is
// about Box alone: it can do all that a service can do.
type memoryDesk struct {
	service *syncertest.Service
	ann     *syncertest.User
	call    syncertest.Hook
	faults  syncertest.Faults // of the process that comes next
}

func newMemoryDesk(call syncertest.Hook) *memoryDesk {
	info := syncertest.Ordinary()
	info.Names.Unique, info.Settle = syncer.UniqueExact, 10*time.Second
	service := syncertest.New(syncertest.Options{Info: info, Now: time.Now, Prefix: "s"}, nil)
	return &memoryDesk{service: service, ann: service.User("ann"), call: call}
}

func (d *memoryDesk) root() string { return d.service.Root() }

func (d *memoryDesk) connect(context.Context, func(http.RoundTripper) http.RoundTripper) (syncer.FileSystem, syncer.Feed, error) {
	handle := d.service.Connect()
	handle.Inject(d.faults)
	handle.OnCall(d.call)
	return handle.FileSystem(), handle, nil
}

func (d *memoryDesk) tree() (map[string]found, error) {
	d.service.Entry("") // lets take place what is late and due, so that what is read at once is of one moment
	all := map[string]found{}
	bodies := d.service.Tree()
	for at := range d.service.IDs() {
		if at == "" {
			continue
		}
		e := d.service.Entry(at)
		all[at] = found{e.Kind, e.ID, e.ParentID, bodies[at]}
	}
	return all, nil
}

func (d *memoryDesk) do(e edit) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errSenseless, p)
		}
	}()
	if e.Do != "restore" && !d.service.Has(path.Dir(e.Path)) || e.Do == "move" && !d.service.Has(path.Dir(e.To)) {
		return errSenseless
	}
	switch e.Do {
	case "write":
		d.ann.Write(e.Path, e.Text)
	case "mkdir":
		d.ann.Mkdir(e.Path)
	case "remove":
		d.ann.Remove(e.Path)
	case "rename":
		d.ann.Rename(e.Path, e.To)
	case "move":
		d.ann.Move(e.Path, e.To)
	case "restore":
		d.ann.Restore(e.Path)
	}
	return nil
}

// quick never is: nothing that goes to this service is a request.
func (d *memoryDesk) quick(string, string) (id, old string, ok bool) { return "", "", false }

func (d *memoryDesk) holds(_, text string) bool { return slices.Contains(d.service.Kept(), text) }

func (d *memoryDesk) beside() string { return "" }

func (d *memoryDesk) inject(fault) error { return errors.New("a service in memory has no routes") }

func (d *memoryDesk) chance(rate float64, seed uint64) error {
	d.faults = syncertest.Faults{}
	if rate > 0 {
		d.faults = syncertest.Faults{Rand: rand.New(rand.NewPCG(seed, 1)), Fail: 0.03, Lose: 0.05, Late: 0.03, Cut: 0.05, Short: 0.03}
	}
	return nil
}

func (d *memoryDesk) clear() {}

func (d *memoryDesk) ends() (list []string) {
	for _, v := range d.service.Violations() {
		list = append(list, fmt.Sprint(v))
	}
	return list
}
