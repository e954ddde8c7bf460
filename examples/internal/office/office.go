package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// What a data directory holds. The uploads are large ones under way: without them such an upload
// begins anew.
const (
	databaseName = "procorebox.db"
	keyName      = "procorebox.key"
	uploadsName  = "uploads"
)

// Options may be left zero.
type Options struct {
	// Log is told what is worth knowing beside what functions return; nil means nobody is.
	Log *slog.Logger
	// Backoff is how long a failed action waits for its second try; 0 means a minute. Where a person says
	// when to try again it is next to nothing.
	Backoff time.Duration
	// Clock is the time of what is remembered; nil means time.Now and how long the machine has been running.
	Clock func() time.Time
	// Program names what the process does, as in "procorebox watch", for those who find a link in use.
	Program string
	// Person is who works with the Office, for the history of what people decide; empty if nobody knows.
	Person string
	// Existing makes no data directory: where there is none the error wraps ErrNoDirectory, and nothing is made.
	Existing bool
	// HTTP carries the calls to the services; nil means a transport that all of them share.
	HTTP http.RoundTripper
	// Traffic is told of the calls.
	Traffic Traffic
}

// Office is an open data directory and its two connections. It is safe for use by many goroutines.
type Office struct {
	settings  Settings
	log       *slog.Logger
	transport http.RoundTripper
	traffic   Traffic
	backoff   time.Duration
	person    string
	file      *sqlite.File
	shared    io.Closer // the lock that those share who have the data directory open
	sign      *sign     // says so, to whoever waits for it; nil if it could not be put up

	boxCalls, procoreCalls       atomic.Int64
	boxRefusals, procoreRefusals atomic.Int64
	places                       places
	lanes                        lanes

	mu         sync.Mutex
	box        *Box // once somebody asked
	boxTrouble trouble
	procore    *Procore

	trusting sync.Mutex
	trusts   map[string]*procore.Trust // by company

	// Links are all that there are.
	Links *mapping.Links
}

// Open opens the data directory and makes it if there is none: one SQLite file, and beside it the file
// with the key that its secrets are sealed with. Nobody is called. Close gives it back.
func Open(ctx context.Context, s Settings, opts *Options) (*Office, error) {
	if s.Data == "" {
		return nil, fmt.Errorf("the data directory has no name: %w", syncer.ErrInvalid)
	}
	if opts == nil {
		opts = &Options{}
	}
	o := &Office{settings: s, log: opts.Log, transport: opts.HTTP, traffic: opts.Traffic, backoff: opts.Backoff, person: opts.Person}
	if o.log == nil {
		o.log = slog.New(slog.DiscardHandler)
	}
	if o.transport == nil {
		o.transport = connect.NewTransport()
	}
	if opts.Existing {
		if err := s.existing(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(o.uploads(), 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	shared, err := lockShared(s.Data)
	if err != nil {
		return nil, err
	}
	o.shared = shared
	if err := o.openFile(ctx, opts); err != nil {
		return nil, errors.Join(err, shared.Close())
	}
	o.sign, _ = putUp(s.Data, hasOpen, opts.Program) // a full disk keeps nobody from reading
	return o, nil
}

// ErrNoDirectory says that there is no data directory of that name.
var ErrNoDirectory = errors.New("there is no data directory")

// existing wants a database where the settings say, whatever is in it.
func (s *Settings) existing() error {
	_, err := os.Lstat(filepath.Join(s.Data, databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", s.Data, ErrNoDirectory)
	}
	return err
}

func (o *Office) openFile(ctx context.Context, opts *Options) error {
	key, err := connect.TokenKeyFile(filepath.Join(o.settings.Data, keyName))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	o.file, err = sqlite.OpenFile(ctx, filepath.Join(o.settings.Data, databaseName), sqlite.FileOptions{
		Options: sqlite.Options{Clock: opts.Clock, Program: opts.Program}, Key: key,
	})
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if o.Links, err = o.newLinks(); err != nil {
		return errors.Join(err, o.file.Close())
	}
	return nil
}

func (o *Office) uploads() string { return filepath.Join(o.settings.Data, uploadsName) }

// Close closes the data directory and gives idle connections back.
func (o *Office) Close() error {
	if t, ok := o.transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
	err := errors.Join(o.file.Close(), o.shared.Close())
	o.sign.takeDown()
	return err
}

// Settings returns what the Office was opened with.
func (o *Office) Settings() Settings { return o.settings }

// ErrNotConnected says that there is neither a stored connection nor a token.
var ErrNotConnected = errors.New("not connected")

// ErrKey says that the key file of the data directory cannot be used.
var ErrKey = errors.New("key of the data directory")

// reconnect makes whoever asks next for a service get what is stored now.
func (o *Office) reconnect() {
	o.mu.Lock()
	o.box, o.procore, o.boxTrouble = nil, nil, trouble{}
	o.mu.Unlock()
	o.places.forget()
}
