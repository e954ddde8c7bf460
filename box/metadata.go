package box

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"reflect"
	"strings"
)

// The template under which any names and values may be kept, in the scope that every account has.
const (
	ScopeGlobal        = "global"
	TemplateProperties = "properties"
)

// Metadata is an instance of a template on a file or folder: values beside its contents, which they
// do not change. Numbers in Values are json.Number.
type Metadata struct {
	Scope    string
	Template string
	Version  Number // counts the changes
	Values   map[string]any
}

// UnmarshalJSON takes what begins with a dollar sign as Box's own and the rest as values.
func (m *Metadata) UnmarshalJSON(data []byte) error {
	var own struct {
		Scope    string `json:"$scope"`
		Template string `json:"$template"`
		Version  Number `json:"$version"`
	}
	if err := json.Unmarshal(data, &own); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var values map[string]any
	if err := d.Decode(&values); err != nil {
		return err
	}
	maps.DeleteFunc(values, func(name string, _ any) bool { return strings.HasPrefix(name, "$") })
	*m = Metadata{own.Scope, own.Template, own.Version, values}
	return nil
}

// GetFilesIDMetadata returns all instances on a file.
func (c *Client) GetFilesIDMetadata(ctx context.Context, id string) ([]Metadata, error) {
	return c.listMetadata(ctx, TypeFile, id)
}

// GetFoldersIDMetadata returns all instances on a folder.
func (c *Client) GetFoldersIDMetadata(ctx context.Context, id string) ([]Metadata, error) {
	return c.listMetadata(ctx, TypeFolder, id)
}

// GetFilesIDMetadataIDID returns the instance of a template on a file, or fs.ErrNotExist.
func (c *Client) GetFilesIDMetadataIDID(ctx context.Context, id, scope, template string) (*Metadata, error) {
	return c.getMetadata(ctx, TypeFile, id, scope, template)
}

// GetFoldersIDMetadataIDID returns the instance of a template on a folder, or fs.ErrNotExist.
func (c *Client) GetFoldersIDMetadataIDID(ctx context.Context, id, scope, template string) (*Metadata, error) {
	return c.getMetadata(ctx, TypeFolder, id, scope, template)
}

// PostFilesIDMetadataIDID applies a template to a file. If that was done before it fails with
// fs.ErrExist.
func (c *Client) PostFilesIDMetadataIDID(ctx context.Context, id, scope, template string, values map[string]any) (*Metadata, error) {
	return c.postMetadata(ctx, TypeFile, id, scope, template, values)
}

// PostFoldersIDMetadataIDID applies a template to a folder. If that was done before it fails with
// fs.ErrExist.
func (c *Client) PostFoldersIDMetadataIDID(ctx context.Context, id, scope, template string, values map[string]any) (*Metadata, error) {
	return c.postMetadata(ctx, TypeFolder, id, scope, template, values)
}

// PutFilesIDMetadataIDID changes an instance on a file by a JSON patch. All of it is done or none.
func (c *Client) PutFilesIDMetadataIDID(ctx context.Context, id, scope, template string, patch []Patch) (*Metadata, error) {
	return c.putMetadata(ctx, TypeFile, id, scope, template, patch)
}

// PutFoldersIDMetadataIDID changes an instance on a folder by a JSON patch. All of it is done or none.
func (c *Client) PutFoldersIDMetadataIDID(ctx context.Context, id, scope, template string, patch []Patch) (*Metadata, error) {
	return c.putMetadata(ctx, TypeFolder, id, scope, template, patch)
}

// DeleteFilesIDMetadataIDID removes an instance from a file.
func (c *Client) DeleteFilesIDMetadataIDID(ctx context.Context, id, scope, template string) error {
	return c.deleteMetadata(ctx, TypeFile, id, scope, template)
}

// DeleteFoldersIDMetadataIDID removes an instance from a folder.
func (c *Client) DeleteFoldersIDMetadataIDID(ctx context.Context, id, scope, template string) error {
	return c.deleteMetadata(ctx, TypeFolder, id, scope, template)
}

// Patch is one step of a change: Op is "add", "replace", "remove", "test", "move" or "copy", Path and
// From are JSON pointers ("/state").
type Patch struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from,omitempty"`
	Value any    `json:"value,omitempty"`
}

func metadataPath(kind, id, scope, template string) (string, error) {
	err := errors.Join(checkID(kind, id), checkWord("scope", scope), checkWord("template", template))
	return path(kind, id) + "/metadata/" + scope + "/" + template, err
}

func (c *Client) listMetadata(ctx context.Context, kind, id string) ([]Metadata, error) {
	if err := checkID(kind, id); err != nil {
		return nil, err
	}
	var list struct {
		Entries []Metadata `json:"entries"`
	}
	err := c.do(ctx, call{
		op: "list metadata of " + kind + " " + id, method: http.MethodGet, path: path(kind, id) + "/metadata",
	}, &list)
	return list.Entries, err
}

func (c *Client) getMetadata(ctx context.Context, kind, id, scope, template string) (*Metadata, error) {
	at, err := metadataPath(kind, id, scope, template)
	if err != nil {
		return nil, err
	}
	m := new(Metadata)
	err = c.do(ctx, call{op: "read metadata of " + kind + " " + id, method: http.MethodGet, path: at}, m)
	return orNil(m, err)
}

func (c *Client) postMetadata(ctx context.Context, kind, id, scope, template string, values map[string]any) (*Metadata, error) {
	at, err := metadataPath(kind, id, scope, template)
	if err != nil {
		return nil, err
	}
	if values == nil {
		values = map[string]any{}
	}
	m := new(Metadata)
	err = c.do(ctx, call{
		op: "create metadata of " + kind + " " + id, method: http.MethodPost, path: at, body: values,
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.getMetadata(ctx, kind, id, scope, template)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return false, nil
			case err != nil:
				return false, err
			case !sameValues(seen.Values, values):
				return false, fmt.Errorf("%s %s has other metadata now", kind, id)
			}
			*m = *seen
			return true, nil
		},
	}, m)
	return orNil(m, err)
}

func (c *Client) putMetadata(ctx context.Context, kind, id, scope, template string, patch []Patch) (*Metadata, error) {
	at, err := metadataPath(kind, id, scope, template)
	if err != nil {
		return nil, err
	}
	if len(patch) == 0 {
		return nil, invalid("change of metadata of %s %s: nothing is to be changed", kind, id)
	}
	m := new(Metadata)
	err = c.do(ctx, call{
		op: "change metadata of " + kind + " " + id, method: http.MethodPut, path: at,
		body: patch, bodyType: "application/json-patch+json",
	}, m)
	return orNil(m, err)
}

func (c *Client) deleteMetadata(ctx context.Context, kind, id, scope, template string) error {
	at, err := metadataPath(kind, id, scope, template)
	if err != nil {
		return err
	}
	return c.do(ctx, call{
		op: "delete metadata of " + kind + " " + id, method: http.MethodDelete, path: at,
		look: func(ctx context.Context) (bool, error) {
			_, err := c.getMetadata(ctx, kind, id, scope, template)
			return absent(err)
		},
	}, nil)
}

// sameValues compares what is there with what was sent, both as JSON.
func sameValues(there, sent map[string]any) bool {
	data, err := json.Marshal(sent)
	if err != nil {
		return false
	}
	var m Metadata
	return m.UnmarshalJSON(data) == nil && reflect.DeepEqual(there, m.Values)
}
