package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// version is that of the form in which Links are stored. Whoever changes what a field means, or adds
// one, makes it higher and teaches decode the older form.
const version = 1

type stored struct {
	Version int             `json:"version"`
	Link    json.RawMessage `json:"link"`
}

// encode returns a Link as it is stored.
func encode(l Link) ([]byte, error) {
	link, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("encode link %q: %w", l.ID, err)
	}
	return json.Marshal(stored{Version: version, Link: link})
}

// decode reads what encode made. What is not understood is an error and never left out, since it would
// be lost with the next change.
func decode(name string, data []byte) (Link, error) {
	var s stored
	if err := strictly(data, &s); err != nil {
		return Link{}, fmt.Errorf("link %q: %w: %w", name, syncer.ErrDamaged, err)
	}
	if s.Version != version {
		return Link{}, fmt.Errorf("link %q has form %d, this program knows %d: %w", name, s.Version, version, syncer.ErrDamaged)
	}
	var l Link
	if err := strictly(s.Link, &l); err != nil {
		return Link{}, fmt.Errorf("link %q: %w: %w", name, syncer.ErrDamaged, err)
	}
	if err := l.Check(); err != nil {
		return Link{}, fmt.Errorf("link %q: %w: %w", name, syncer.ErrDamaged, err)
	}
	if prefix+l.ID != name {
		return Link{}, fmt.Errorf("link %q is stored as %q: %w", prefix+l.ID, name, syncer.ErrDamaged)
	}
	return l, nil
}

func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("there is more behind it")
	}
	return nil
}
