package procoretest

import (
	"mime"
	"path"
	"strconv"
	"strings"
)

// wanted reads which files a request wants a record to have, from the fields that its call takes.
func (c *call) wanted(in params, takes []attachField) (w attachWanted, err error) {
	w.replaces = c.procore.options.Switches.UploadIDsReplace
	for _, field := range takes {
		if !in.has(string(field)) {
			continue
		}
		if err := c.want(&w, in, field); err != nil {
			return w, err
		}
	}
	return w, nil
}

func (c *call) want(w *attachWanted, in params, field attachField) (err error) {
	name := string(field)
	switch field {
	case byUpload:
		err = c.wantUploads(w, in.texts(name))
	case byUUID:
		err = c.wantUploads(w, each(in.list(name), "upload_uuid"))
	case byPair:
		err = c.wantUploads(w, each(in.list(name), "uuid"))
	case byPart:
		for _, part := range in.files(name) {
			w.added = append(w.added, c.keep(part))
		}
	case byAttribute:
		err = c.wantAttributes(w, in.list(name))
	case keeping:
		var ids []int64
		if ids, err = in.ids(name); err == nil && !c.procore.options.Switches.KeepListIgnored {
			w.kept = &ids
		}
	default:
		var files []*stored
		if files, err = c.wantKnown(in, field); err != nil {
			return err
		}
		if field == byProstore {
			w.listed = &files
		} else {
			w.added = append(w.added, files...)
		}
	}
	return err
}

func (c *call) wantUploads(w *attachWanted, uuids []string) error {
	for _, uuid := range uuids {
		f, err := c.uploaded(uuid, "")
		if err != nil {
			return err
		}
		w.added = append(w.added, f)
	}
	return nil
}

// wantKnown finds files that Procore has already.
func (c *call) wantKnown(in params, field attachField) ([]*stored, error) {
	ids, err := in.ids(string(field))
	if err != nil {
		return nil, err
	}
	files := []*stored{}
	for _, id := range ids {
		f := c.known(field, id)
		if f == nil {
			return nil, badField(string(field), "must exist")
		}
		files = append(files, f)
	}
	return files, nil
}

func (c *call) known(field attachField, id int64) *stored {
	switch field {
	case byProstore:
		return c.drive().stored[id]
	case byVersion:
		if v := c.drive().versions[id]; v != nil && v.file.cabinet.place == c.place {
			return v.stored
		}
	case byImage:
		if i, err := c.photos().image(id); err == nil {
			return i.file
		}
	case byDrawing:
		if r, err := c.place.records.find("drawing_revision", id); err == nil {
			return r.files[0]
		}
	}
	return nil
}

// wantAttributes is the form in which bidders change their files: each with an id of a file, and one
// that goes with _destroy.
func (c *call) wantAttributes(w *attachWanted, all []any) error {
	for _, one := range all {
		in := asParams(one)
		gone, err := in.flag("_destroy")
		if err != nil {
			return err
		}
		id, err := in.id("prostore_file_id")
		if err != nil {
			return err
		}
		if deref(gone, false) {
			if id == 0 {
				if id, err = in.id("id"); err != nil {
					return err
				}
			}
			w.dropped = append(w.dropped, id)
			continue
		}
		f := c.drive().stored[id]
		if f == nil {
			return badField("prostore_file_id", "must exist")
		}
		w.added = append(w.added, f)
	}
	return nil
}

// each takes one field of each of a list of objects.
func each(all []any, name string) []string {
	var values []string
	for _, one := range all {
		values = append(values, asParams(one).text(name))
	}
	return values
}

// person is somebody whom a request names, nil for nobody.
func (c *call) person(in params, name string) (*user, error) {
	id, err := in.id(name)
	if err != nil || id == 0 {
		return nil, err
	}
	u := c.drive().users[id]
	if u == nil {
		return nil, badField(name, "must exist")
	}
	return u, nil
}

func (c *call) people(in params, many, one string) ([]*user, error) {
	ids, err := in.ids(many)
	if err != nil {
		return nil, err
	}
	if single, err := in.id(one); err == nil && single != 0 {
		ids = append(ids, single)
	}
	var all []*user
	for _, id := range ids {
		u := c.drive().users[id]
		if u == nil {
			return nil, badField(many, "must exist")
		}
		all = append(all, u)
	}
	return all, nil
}

// idPointer is a number that may be missing or null.
func (p params) idPointer(name string) (*int64, error) {
	if p.text(name) == "" {
		return nil, nil //nolint:nilnil // not given
	}
	id, err := p.id(name)
	return &id, err
}

func asID(text string) (int64, error) { return strconv.ParseInt(text, 10, 64) }

// contentType is the media type that a name promises.
func contentType(name string) string {
	kind := mime.TypeByExtension(strings.ToLower(path.Ext(name)))
	if kind == "" {
		return "application/octet-stream"
	}
	kind, _, _ = strings.Cut(kind, ";")
	return kind
}
