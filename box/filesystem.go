package box

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// callTimeout is how long one change of an item may take, with all its tries. Box goes on with large
// folders after that; the engine then looks.
const callTimeout = 2 * time.Minute

// FileSystemOptions are the settings of a FileSystem. The zero value works.
type FileSystemOptions struct {
	// User is whose account it is; nil means that NewFileSystem asks Box.
	User *User
	// Names replaces the rules for names. By default they are so strict that they hold whatever is
	// true of what the sources of Box tell in two ways; see Names.
	Names *syncer.Names
	// Listings is how many folders are read at a time by one List; 0 means 4. The client's Pace has
	// the last word.
	Listings int
	// Clock is the time; nil means time.Now.
	Clock func() time.Time
}

// FileSystem is the account of one user as package syncer sees it: all folders that the user owns or
// was invited to. It is safe for use by many goroutines. One serves all pairs of a credential; it has
// no root of its own, each Endpoint names one.
//
// The ID of a folder is Box's number for it, as a browser shows it in its address; "0" names the top
// folder of the user. IDs of files begin with "f", those of bookmarks with "w".
type FileSystem struct {
	client  *Client
	account string
	web     string // where people open items
	info    syncer.Info
	atOnce  int
	now     func() time.Time
	spool   *connect.Spool
	names   *recent
	waiting *waiting
	people  connect.People
}

var (
	_ syncer.FileSystem   = (*FileSystem)(nil)
	_ syncer.Mover        = (*FileSystem)(nil)
	_ syncer.Looker       = (*FileSystem)(nil)
	_ syncer.Finder       = (*FileSystem)(nil)
	_ syncer.FolderReader = (*FileSystem)(nil)
	_ syncer.Restorer     = (*FileSystem)(nil)
	_ syncer.Versions     = (*FileSystem)(nil)
	_ syncer.Feed         = (*FileSystem)(nil)
	_ syncer.Directory    = (*FileSystem)(nil)
)

// NewFileSystem returns the account whose token client has. Unless FileSystemOptions.User is set it
// makes one call, to learn whose that is. o may be nil. An error that wraps syncer.ErrInvalid names the
// setting that makes no sense.
func NewFileSystem(ctx context.Context, client *Client, o *FileSystemOptions) (*FileSystem, error) {
	var set FileSystemOptions
	if o != nil {
		set = *o
	}
	switch {
	case client == nil:
		return nil, invalid("NewFileSystem: client is nil")
	case set.Listings < 0:
		return nil, invalid("FileSystemOptions.Listings is %d", set.Listings)
	}
	if set.User == nil {
		me, err := client.GetUsersMe(ctx)
		if err != nil {
			return nil, fmt.Errorf("open box account: %w", err)
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
	f := &FileSystem{
		client: client, account: set.User.ID, web: cmp.Or(strings.TrimSuffix(set.User.Hostname, "/"), "https://app.box.com"), atOnce: cmp.Or(set.Listings, 4), now: set.Clock, spool: spool,
	}
	if f.now == nil {
		f.now = time.Now
	}
	f.names = newRecent(f.now)
	f.waiting = &waiting{place: make(chan struct{}, 1), realtime: client.Realtime()}
	f.info = infoOf(client.options.Bases, f.account, cmp.Or(set.Names, &strictNames))
	return f, nil
}

// limited bounds a call that changes something, and starts nothing if ctx is over.
func limited(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	return ctx, cancel, nil
}

// openEnded says of an error that something was done before it came: whoever asked must look.
func openEnded(op string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %v", op, err) //nolint:errorlint // a sentinel would prove that nothing was done
}

// lost reports whether an error says that something is not there, or not for us.
func lost(err error) bool { return errors.Is(err, fs.ErrNotExist) }
