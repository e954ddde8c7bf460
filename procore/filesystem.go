package procore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// callTimeout is how long one change of an item may take, with all its tries.
const callTimeout = 2 * time.Minute

// FileSystemOptions are the settings of the file systems of this package. The zero value works.
type FileSystemOptions struct {
	// User is who the token belongs to; nil means that Procore is asked.
	User *Person
	// Names replaces the rules for names. By default they are so strict that they hold whatever is true
	// of what Procore does not document; see StrictNames.
	Names *syncer.Names
	// Trust says how far webhooks are to be believed; nil means not at all. As far as they are the feed
	// makes no call.
	Trust *Trust
	// Clock is the time; nil means time.Now.
	Clock func() time.Time
}

// tool is what the file systems of all tools have in common.
type tool struct {
	client  *Client
	name    string
	in      Scope
	account string
	info    syncer.Info
	now     func() time.Time
	spool   *connect.Spool
	turns   turns
	makings makings
	trust   *Trust
}

// newTool makes the part of a file system that is the same for all of them. Unless
// FileSystemOptions.User is set it makes one call, to learn whose token it is.
func newTool(ctx context.Context, name string, client *Client, in Scope, o *FileSystemOptions) (*tool, error) {
	var set FileSystemOptions
	if o != nil {
		set = *o
	}
	if client == nil {
		return nil, invalid("New%s: client is nil", name)
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if set.User == nil {
		me, err := client.GetMe(ctx)
		if err != nil {
			return nil, fmt.Errorf("open %s of %s: %w", name, in, err)
		}
		set.User = me
	}
	if err := checkID("FileSystemOptions.User", set.User.ID); err != nil {
		return nil, err
	}
	spool, err := connect.NewSpool(connect.SpoolOptions{
		Dir: client.options.SpoolDir, Digests: []syncer.Algorithm{syncer.SHA1, syncer.SHA256, syncer.MD5},
	})
	if err != nil {
		return nil, err
	}
	t := &tool{client: client, name: name, in: in, account: set.User.ID.String(), now: set.Clock, spool: spool, trust: set.Trust}
	if t.now == nil {
		t.now = time.Now
	}
	names := strictNames
	if set.Names != nil {
		names = *set.Names
	}
	t.info = infoOf(client, in, name, t.account, names)
	return t, nil
}

// Person implements [syncer.Directory].
func (t *tool) Person(account string) string { return t.client.Person(account) }

// Documents is the Documents tool of a project, or of the company, as package syncer sees it: all
// folders and files that the user may see. It is safe for use by many goroutines. It has no root of
// its own, each Endpoint names one.
//
// The ID of a folder is Procore's number for it; RootID names the top folder. IDs of files begin with
// "f".
type Documents struct {
	*tool

	bin bin
}

var (
	_ syncer.FileSystem   = (*Documents)(nil)
	_ syncer.Mover        = (*Documents)(nil)
	_ syncer.Looker       = (*Documents)(nil)
	_ syncer.Finder       = (*Documents)(nil)
	_ syncer.FolderReader = (*Documents)(nil)
	_ syncer.Versions     = (*Documents)(nil)
	_ syncer.Feed         = (*Documents)(nil)
	_ syncer.Directory    = (*Documents)(nil)
)

// NewDocuments returns the Documents tool of a project or of the company, as the user sees it whose
// token client has. Unless FileSystemOptions.User is set it makes one call, to learn whose that is. o
// may be nil. An error that wraps syncer.ErrInvalid names the setting that makes no sense.
func NewDocuments(ctx context.Context, client *Client, in Scope, o *FileSystemOptions) (*Documents, error) {
	t, err := newTool(ctx, "Documents", client, in, o)
	if err != nil {
		return nil, err
	}
	return &Documents{tool: t}, nil
}

// Info implements syncer.Reader.
func (t *tool) Info() syncer.Info { return t.info }

// limited bounds a call that changes something, and starts nothing if ctx is over.
func limited(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	return ctx, cancel, nil
}

// lost reports whether an error says that something is not there, or not for us.
func lost(err error) bool { return errors.Is(err, fs.ErrNotExist) }
