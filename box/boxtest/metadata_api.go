package boxtest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func metadataRoutes() []route {
	var all []route
	for _, k := range []kind{fileKind, folderKind} {
		path := "/2.0/" + string(k) + "s/{" + string(k) + "_id}/metadata"
		one := path + "/{scope}/{template}"
		all = append(all,
			newRoute("GET "+path, apiOrigin, needRead, listMetadata(k)),
			newRoute("GET "+one, apiOrigin, needRead, getMetadata(k)),
			newRoute("POST "+one, apiOrigin, needRename, createMetadata(k)),
			newRoute("PUT "+one, apiOrigin, needRename, patchMetadata(k)),
			newRoute("DELETE "+one, apiOrigin, needRename, deleteMetadata(k)))
	}
	return all
}

func (c *call) instance(k kind) (*metadata, error) {
	it, err := c.active(k)
	if err != nil {
		return nil, err
	}
	m := it.metadata[metadataKey(c.ids["scope"], c.ids["template"])]
	if m == nil {
		return nil, refuse(http.StatusNotFound, "instance_not_found", "Instance not found")
	}
	return m, nil
}

func listMetadata(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.active(k)
		if err != nil {
			return nil, err
		}
		entries := []any{}
		for _, name := range slices.Sorted(maps.Keys(it.metadata)) {
			entries = append(entries, it.metadata[name].view())
		}
		return answer(http.StatusOK, object{"entries": entries, "limit": defaultPage}), nil
	}
}

func getMetadata(k kind) handler {
	return func(c *call) (*reply, error) {
		m, err := c.instance(k)
		if err != nil {
			return nil, err
		}
		return answer(http.StatusOK, m.view()), nil
	}
}

// createMetadata takes any template of any scope; the fake has no list of templates.
func createMetadata(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.active(k)
		if err != nil {
			return nil, err
		}
		var values map[string]any
		if err := c.decode(&values); err != nil {
			return nil, err
		}
		m, err := c.box.drive.addMetadata(c.user, it, c.ids["scope"], c.ids["template"], values)
		if err != nil {
			return nil, err
		}
		return answer(http.StatusCreated, m.view()), nil
	}
}

// A patch is one step of a change of metadata, as in JSON Patch.
type patch struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from"`
	Value any    `json:"value"`
}

func patchMetadata(k kind) handler {
	return func(c *call) (*reply, error) {
		m, err := c.instance(k)
		if err != nil {
			return nil, err
		}
		if kind, _, _ := strings.Cut(c.request.Header.Get("Content-Type"), ";"); kind != "application/json-patch+json" {
			return nil, refuse(http.StatusUnsupportedMediaType, "unsupported_media_type",
				"The body must be application/json-patch+json")
		}
		var steps []patch
		if err := c.decode(&steps); err != nil {
			return nil, err
		}
		values := maps.Clone(m.values)
		for _, p := range steps {
			if err := p.apply(values); err != nil {
				return nil, err
			}
		}
		if err := c.box.drive.changeMetadata(c.user, m, values); err != nil {
			return nil, err
		}
		return answer(http.StatusOK, m.view()), nil
	}
}

// apply changes values by one step. Paths are one level deep, as keys of templates are.
func (p patch) apply(values map[string]any) error {
	name, from := strings.TrimPrefix(p.Path, "/"), strings.TrimPrefix(p.From, "/")
	switch p.Op {
	case "add":
		values[name] = p.Value
		return nil
	case "move", "copy":
		if _, ok := values[from]; !ok {
			return badField("from", "no value at %q", p.From)
		}
		values[name] = values[from]
		if p.Op == "move" {
			delete(values, from)
		}
		return nil
	}
	old, ok := values[name]
	if !ok {
		return badField("path", "no value at %q", p.Path)
	}
	switch p.Op {
	case "replace":
		values[name] = p.Value
	case "remove":
		delete(values, name)
	case "test":
		if cmp.Compare(fmt.Sprint(old), fmt.Sprint(p.Value)) != 0 {
			return badField("value", "the value at %q is another", p.Path)
		}
	default:
		return badField("op", "no operation %q", p.Op)
	}
	return nil
}

func deleteMetadata(k kind) handler {
	return func(c *call) (*reply, error) {
		m, err := c.instance(k)
		if err != nil {
			return nil, err
		}
		if err := c.box.drive.removeMetadata(c.user, m); err != nil {
			return nil, err
		}
		return answer(http.StatusNoContent, nil), nil
	}
}
