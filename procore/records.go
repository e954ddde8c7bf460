package procore

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// RFIs is the RFIs tool of a project as package syncer sees it, to be read only. Each RFI is a folder in
// the root, named by number, revision and subject. In it are the RFI as a document, which Procore
// renders, record.json with its fields, and every attachment of its questions and answers. It is safe
// for use by many goroutines.
//
// Its root is RootID. The ID of a folder is Procore's number of the RFI.
type RFIs struct{ *records }

// Submittals is the Submittals tool of a project, in the form of RFIs. Each revision of a submittal is a
// folder of its own.
type Submittals struct{ *records }

var (
	_ syncer.Reader    = (*RFIs)(nil)
	_ syncer.Looker    = (*RFIs)(nil)
	_ syncer.Finder    = (*RFIs)(nil)
	_ syncer.Feed      = (*RFIs)(nil)
	_ syncer.Directory = (*RFIs)(nil)

	_ syncer.Reader    = (*Submittals)(nil)
	_ syncer.Looker    = (*Submittals)(nil)
	_ syncer.Finder    = (*Submittals)(nil)
	_ syncer.Feed      = (*Submittals)(nil)
	_ syncer.Directory = (*Submittals)(nil)
)

// NewRFIs returns the RFIs of a project, as the user sees them whose token client has. Unless
// FileSystemOptions.User is set it makes one call, to learn whose that is. o may be nil. An error that
// wraps syncer.ErrInvalid names the setting that makes no sense.
func NewRFIs(ctx context.Context, client *Client, project ID, o *FileSystemOptions) (*RFIs, error) {
	r, err := newRecords(ctx, "RFIs", client, project, o)
	if err != nil {
		return nil, err
	}
	r.source = rfiSource(client, project)
	return &RFIs{r}, nil
}

// NewSubmittals returns the submittals of a project. The rest is as with NewRFIs.
func NewSubmittals(ctx context.Context, client *Client, project ID, o *FileSystemOptions) (*Submittals, error) {
	r, err := newRecords(ctx, "Submittals", client, project, o)
	if err != nil {
		return nil, err
	}
	r.source = submittalSource(client, project)
	return &Submittals{r}, nil
}

// records is what the tools whose records are read have in common.
type records struct {
	*tool

	source source
	known  shelf
	bin    recordBin

	clock atomic.Int64 // counts readings and those who wait for one
	mu    sync.Mutex
	last  map[ID]sight
}

// source is where the records of one tool come from.
type source struct {
	kind      string // what a record is called in messages
	list, bin func(ctx context.Context, q RecordQuery) iter.Seq2[record, error]
	show      func(ctx context.Context, id ID) (*record, error)
	pdf       func(ctx context.Context, id ID) (io.ReadCloser, error)
}

func newRecords(ctx context.Context, name string, client *Client, project ID, o *FileSystemOptions) (*records, error) {
	t, err := newTool(ctx, name, client, InProject(project), o)
	if err != nil {
		return nil, err
	}
	// Nothing can be written. Names are made here, but for those of attachments, which repeat.
	t.info.File, t.info.Folder = syncer.Abilities{Update: syncer.UpdateNever}, syncer.Abilities{Update: syncer.UpdateNever}
	t.info.Guards = syncer.Guards{}
	t.info.CleansNames = false
	t.info.Calls = syncer.Calls{} // a record is read once for all its files
	t.info.Names, t.info.FoldersOnlyAtRoot, t.info.MaxDepth = recordNames, true, 1
	return &records{tool: t, last: map[ID]sight{}}, nil
}

// recordNames are the rules of names that are made here.
var recordNames = syncer.Names{Unique: syncer.UniqueNone, MaxLength: 255, Unit: syncer.Bytes, Forbidden: `\<>:"?*|`, Controls: true}

// sight is a record as it was read, and when that began.
type sight struct {
	began  int64
	at     time.Time
	record *record
}

// fresh is how long what was read of a record need not be read again to open what is in it: its files
// are opened one after the other.
const fresh = 2 * time.Second

// mostReadings is how many readings are kept for those who wait.
const mostReadings = 64

// read reads a record by itself. Who comes while it is being read shares the reading that begins next,
// so that a folder and all that is in it can be looked at with two calls. What a reading tells was true
// after whoever gets it asked.
func (r *records) read(ctx context.Context, id ID) (*record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	came := r.clock.Add(1)
	release, err := r.turns.take(ctx, "record "+id.String())
	if err != nil {
		return nil, err
	}
	defer release()
	r.mu.Lock()
	last := r.last[id]
	r.mu.Unlock()
	if last.began > came {
		return last.record, nil
	}
	began, at := r.clock.Add(1), r.now()
	got, err := r.source.show(ctx, id)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.last) >= mostReadings {
		clear(r.last)
	}
	r.last[id] = sight{began, at, got}
	return got, nil
}

// lately returns what was read of a record a moment ago, nil if nothing was.
func (r *records) lately(id ID) *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.last[id]; ok && r.now().Sub(last.at).Abs() < fresh {
		return last.record
	}
	return nil
}

// whole reads a record by itself. One that is in the recycle bin comes from there, if need be; one that
// is not to be seen at all is fs.ErrNotExist.
func (r *records) whole(ctx context.Context, id ID) (*record, error) {
	got, err := r.read(ctx, id)
	if !lost(err) {
		return got, err
	}
	binned, binErr := r.bin.find(ctx, r, id)
	if binErr != nil || binned == nil {
		return nil, err // that the bin cannot be seen proves nothing either
	}
	return binned, nil
}

func rfiSource(c *Client, project ID) source {
	made := func(r *RFI) *record {
		c.meet(r.CreatedBy)
		return fromRFI(r)
	}
	return source{
		kind: "RFI",
		list: func(ctx context.Context, q RecordQuery) iter.Seq2[record, error] {
			return each(c.GetRFIs(ctx, project, q), made)
		},
		bin: func(ctx context.Context, q RecordQuery) iter.Seq2[record, error] {
			return each(c.GetRFIsRecycleBin(ctx, project, q), made)
		},
		show: func(ctx context.Context, id ID) (*record, error) {
			got, err := c.GetRFIsID(ctx, project, id)
			if err != nil {
				return nil, err
			}
			return made(got).with(got, got.Attachments())
		},
		pdf: func(ctx context.Context, id ID) (io.ReadCloser, error) { return c.GetRFIsIDPDF(ctx, project, id) },
	}
}

func submittalSource(c *Client, project ID) source {
	made := func(s *Submittal) *record {
		c.meet(s.CreatedBy)
		return fromSubmittal(s)
	}
	return source{
		kind: "submittal",
		list: func(ctx context.Context, q RecordQuery) iter.Seq2[record, error] {
			return each(c.GetSubmittals(ctx, project, q), made)
		},
		bin: func(ctx context.Context, q RecordQuery) iter.Seq2[record, error] {
			return each(c.GetSubmittalsRecycleBin(ctx, project, q), made)
		},
		show: func(ctx context.Context, id ID) (*record, error) {
			got, err := c.GetSubmittalsID(ctx, project, id)
			if err != nil {
				return nil, err
			}
			return made(got).with(got, got.Attachments())
		},
		pdf: func(ctx context.Context, id ID) (io.ReadCloser, error) { return c.GetSubmittalsIDPDF(ctx, project, id) },
	}
}

// each turns what a listing yields into records.
func each[T any](all iter.Seq2[T, error], made func(*T) *record) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		for one, err := range all {
			if err != nil {
				yield(record{}, err)
				return
			}
			if !yield(*made(&one), nil) {
				return
			}
		}
	}
}

// heading collects what the pages of a listing tell beside records.
type heading struct {
	clock  int64        // of Procore, when the listing began; 0 if it did not say
	totals map[int]bool // how many records there are
}

func (h *heading) told() func(http.Header) {
	h.totals = map[int]bool{}
	return func(header http.Header) {
		if at, err := http.ParseTime(header.Get("Date")); err == nil && h.clock == 0 {
			h.clock = at.Unix()
		}
		var total int
		if _, err := fmt.Sscan(header.Get("Total"), &total); err == nil {
			h.totals[total] = true
		}
	}
}

// right reports whether all pages tell one total, and so many have come. Where Procore tells none there is
// nothing to hold against it.
func (h *heading) right(came int) bool {
	return len(h.totals) == 0 || len(h.totals) == 1 && h.totals[came]
}
