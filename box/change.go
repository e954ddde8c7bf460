package box

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Files and folders are read, changed, copied and deleted by the same requests under two paths. What
// is common to both is here.

// path is where an item of a type is found; id may be followed by more.
func path(kind, id string) string { return "/" + kind + "s/" + id }

func fieldsOf(kind string) string {
	if kind == TypeFile {
		return fileFields
	}
	return folderFields
}

func (c *Client) getItem(ctx context.Context, kind, id string) (*Item, error) {
	if err := checkID(kind, id); err != nil {
		return nil, err
	}
	item := new(Item)
	err := c.do(ctx, call{
		op: "read " + kind + " " + id, method: http.MethodGet, path: path(kind, id), query: with(fieldsOf(kind)),
	}, item)
	return orNil(item, err)
}

// body is what goes over the wire.
func (ch Change) body() map[string]any {
	b := map[string]any{}
	if ch.Name != "" {
		b["name"] = ch.Name
	}
	if ch.ParentID != "" {
		b["parent"] = ref(ch.ParentID)
	}
	if !ch.ContentModifiedAt.IsZero() {
		b["content_modified_at"] = stamp(ch.ContentModifiedAt)
	}
	return b
}

// made reports whether an item is as the change wants it.
func (ch Change) made(now *Item) bool {
	switch {
	case ch.Name != "" && now.Name != ch.Name:
		return false
	case ch.ParentID != "" && (now.Parent == nil || now.Parent.ID != ch.ParentID):
		return false
	}
	at := ch.ContentModifiedAt
	return at.IsZero() || now.ContentModifiedAt.Equal(at.Truncate(time.Second))
}

func (c *Client) putItem(ctx context.Context, kind, id string, ch Change) (*Item, error) {
	if err := checkID(kind, id); err != nil {
		return nil, err
	}
	if ch.ParentID != "" {
		if err := checkID("parent", ch.ParentID); err != nil {
			return nil, err
		}
	}
	body := ch.body()
	if len(body) == 0 {
		return nil, invalid("change of %s %s: nothing is to be changed", kind, id)
	}
	now := new(Item)
	err := c.do(ctx, call{
		op: "change " + kind + " " + id, method: http.MethodPut, path: path(kind, id), query: with(fieldsOf(kind)),
		header: matching(ch.IfMatch), body: body, unguarded: ch.IfMatch == "" || ch.ParentID != "",
		look: func(ctx context.Context) (bool, error) {
			seen, err := c.getItem(ctx, kind, id)
			switch {
			case err != nil:
				return false, err
			case ch.made(seen):
				*now = *seen
				return true, nil
			case ch.IfMatch != "" && seen.ETag != ch.IfMatch:
				return false, fmt.Errorf("%s %s is neither as it was nor as it should be", kind, id)
			}
			return false, nil
		},
	}, now)
	return orNil(now, err)
}

func (c *Client) copyItem(ctx context.Context, kind, id string, body map[string]any, parentID, name string) (*Item, error) {
	if err := errors.Join(checkID(kind, id), checkID("parent", parentID)); err != nil {
		return nil, err
	}
	body["parent"] = ref(parentID)
	if name != "" {
		body["name"] = name
	}
	made := new(Item)
	err := c.do(ctx, call{
		op: "copy " + kind + " " + id, method: http.MethodPost, path: path(kind, id) + "/copy",
		query: with(fieldsOf(kind)), body: body, unguarded: true,
		look: func(ctx context.Context) (bool, error) {
			if name == "" {
				original, err := c.getItem(ctx, kind, id)
				if err != nil {
					return false, err
				}
				name = original.Name
			}
			return c.lookForName(parentID, name, nil)(ctx)
		},
	}, made)
	return orNil(made, err)
}

func (c *Client) deleteItem(ctx context.Context, kind, id, ifMatch string, query url.Values) error {
	if err := checkID(kind, id); err != nil {
		return err
	}
	return c.do(ctx, call{
		op: "delete " + kind + " " + id, method: http.MethodDelete, path: path(kind, id), query: query,
		header: matching(ifMatch), unguarded: ifMatch == "",
		look: func(ctx context.Context) (bool, error) { return c.inTrash(ctx, kind, id) },
	}, nil)
}

// inTrash reports whether an item lies in the trash by itself, and not where it was. It is asked for
// where it was first: it may go to the trash between the one question and the other. Neither here nor
// there proves nothing: access may be lost, or it went along with its folder.
func (c *Client) inTrash(ctx context.Context, kind, id string) (bool, error) {
	seen, err := c.getItem(ctx, kind, id)
	if err == nil {
		return seen.Trashed(), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if _, lost := c.getTrashed(ctx, kind, id); lost != nil {
		return false, err
	}
	return true, nil
}

// lookForName makes a look for calls that create something under a name. A free name means that the
// call may be repeated. If the name is taken, mine decides whether the item there is the effect;
// without it nobody can tell.
func (c *Client) lookForName(parentID, name string, mine func(context.Context, *Item) (bool, error)) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		there, err := c.holders(ctx, parentID, name)
		if err != nil || len(there) == 0 {
			return false, err
		}
		for i := range there {
			if mine == nil {
				break
			}
			if done, err := mine(ctx, &there[i]); done || err != nil {
				return done, err
			}
		}
		return false, fmt.Errorf("%q is there now, and nobody can tell who made it", name)
	}
}

// holders returns what holds a name in a folder. Preflight tells it in one call, however large the
// folder is; but there, and where folders are made, Box takes the NFKC form of a name for the name
// itself (m² for m2), and where files are stored it does not. So if what it tells is called otherwise
// the folder is read.
func (c *Client) holders(ctx context.Context, parentID, name string) (there []Item, err error) {
	err = c.OptionsFilesContent(ctx, parentID, name, 0)
	refusal, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return nil, nil
	case !ok || refusal.Code != CodeNameInUse:
		return nil, err
	}
	key := syncer.NameKey(name)
	other := func(i Item) bool { return i.Name != "" && syncer.NameKey(i.Name) != key }
	if there = slices.DeleteFunc(refusal.Conflicts, other); len(there) > 0 {
		return there, nil
	}
	for item, err := range c.GetFoldersIDItems(ctx, parentID) {
		if err != nil {
			return nil, err
		}
		if !item.Trashed() && !other(item) {
			there = append(there, item)
		}
	}
	return there, nil
}

// absent says of the error of a look for something that should be gone whether it is. It is for what
// has no trash and no access of its own, so that "not there" means gone.
func absent(err error) (bool, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}

// matching is the header of a precondition.
func matching(etag string) http.Header {
	if etag == "" {
		return nil
	}
	return http.Header{"If-Match": {etag}}
}

// ref is how a request names a folder.
func ref(id string) map[string]string { return map[string]string{"id": id} }

// stamp is how a request tells a time: in whole seconds.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// orNil returns a value that is worth nothing if there was an error as nil.
func orNil[T any](v *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}
