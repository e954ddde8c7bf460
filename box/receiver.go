package box

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/procorebox/procorebox/internal/delivery"
	"github.com/procorebox/procorebox/internal/replays"
	"github.com/procorebox/procorebox/syncer"
)

// ReceiverOptions are the settings of a Receiver. Files, Keys, Store and Pairs must be set.
type ReceiverOptions struct {
	// Files is the account whose webhooks they are.
	Files *FileSystem
	// Keys are the signature keys of the app.
	Keys WebhookKeys
	// Store gets the hints; a syncer.StateStore does.
	Store interface {
		Append(ctx context.Context, pair string, hints ...syncer.Hint) error
	}
	// Side is the side of all pairs that is Box.
	Side syncer.Side
	// Pairs names the pairs of a root, the number that ends the address of a webhook of a WebhookSet.
	// It is called for each delivery, by many goroutines, and only after the signature was found good.
	Pairs func(root string) []string
	// Remember is how many messages are known again when they come twice; 0 means 16384.
	Remember int
	// LargestBody is how many bytes a delivery may have; 0 means 256 KiB. Those of Box are a few KiB.
	LargestBody int64
	// Patience is how long reading a delivery and writing its hint may take, each; 0 means 10 seconds.
	// Box waits 30.
	Patience time.Duration
	// Clock is the time; nil means time.Now.
	Clock func() time.Time
	// Logger is told of deliveries that were refused or could not be kept; nil means nobody.
	Logger *slog.Logger
}

// Receiver is an http.Handler that takes what webhooks of a WebhookSet send, and appends a hint to the
// inbox of each pair of the root. It stands at the address of the set and at all paths below it, over
// TLS that somebody else sees to. It is safe for use by many goroutines.
//
// It answers 204 when the hints are durable, and to a message that it has taken before. What fails on
// our side is answered 503, and Box sends it again. What is not Box's is answered with a status between
// 400 and 499: 403 where no signature fits or the time is more than ten minutes away. The answer
// does not tell more; the log does, without anything that the sender wrote.
//
// A delivery is a hint and no proof, and some never come: go on to poll the events, less often.
type Receiver struct {
	o    ReceiverOptions
	seen *replays.Memory
}

// NewReceiver returns a Receiver. An error that wraps syncer.ErrInvalid names the option that makes no
// sense.
func NewReceiver(o ReceiverOptions) (*Receiver, error) {
	switch {
	case o.Files == nil:
		return nil, invalid("ReceiverOptions.Files is nil")
	case o.Keys == WebhookKeys{}:
		return nil, invalid("ReceiverOptions.Keys has no key")
	case o.Store == nil:
		return nil, invalid("ReceiverOptions.Store is nil")
	case o.Side != syncer.Source && o.Side != syncer.Destination:
		return nil, invalid("ReceiverOptions.Side is %d", o.Side)
	case o.Pairs == nil:
		return nil, invalid("ReceiverOptions.Pairs is nil")
	case o.Remember < 0:
		return nil, invalid("ReceiverOptions.Remember is %d", o.Remember)
	case o.LargestBody < 0:
		return nil, invalid("ReceiverOptions.LargestBody is %d", o.LargestBody)
	case o.Patience < 0:
		return nil, invalid("ReceiverOptions.Patience is %s", o.Patience)
	}
	o.Remember = cmp.Or(o.Remember, 16384)
	o.LargestBody = cmp.Or(o.LargestBody, 256<<10)
	o.Patience = cmp.Or(o.Patience, 10*time.Second)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Receiver{o: o, seen: replays.New(o.Remember)}, nil
}

// ServeHTTP takes one delivery.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	delivery.Answer(w, request, r.o.Logger, r.take)
}

// take returns the status of the answer, and why it is not a good one.
func (r *Receiver) take(w http.ResponseWriter, request *http.Request) (int, error) {
	if request.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, errors.New("it is no POST")
	}
	root := request.URL.Path[strings.LastIndexByte(request.URL.Path, '/')+1:]
	if checkID("folder", root) != nil {
		return http.StatusNotFound, errors.New("its address does not end with the number of a folder")
	}
	if err := inTime(request.Header, r.o.Clock()); err != nil {
		return http.StatusForbidden, err // before its body costs anything
	}
	body, status, err := delivery.Read(w, request, r.o.LargestBody, r.o.Patience)
	if err != nil {
		return status, err
	}
	if err := r.o.Keys.Verify(request.Header, body, r.o.Clock()); err != nil {
		return http.StatusForbidden, err
	}
	ctx, cancel := context.WithTimeout(request.Context(), r.o.Patience)
	defer cancel()
	if err := r.keep(ctx, root, body); err != nil {
		return http.StatusServiceUnavailable, err
	}
	return http.StatusNoContent, nil
}

// keep writes down what a delivery that is Box's hints at, once.
func (r *Receiver) keep(ctx context.Context, root string, body []byte) error {
	hint, told, id := r.hint(ctx, body)
	if !told {
		return nil
	}
	// The root is not signed: a message that was replayed to the address of another root is not taken there.
	id = sha256.Sum256(append(id[:], root...))
	return r.seen.Once(ctx, id, func() error {
		var errs []error
		for _, pair := range r.o.Pairs(root) {
			if err := r.o.Store.Append(ctx, pair, hint); err != nil {
				errs = append(errs, fmt.Errorf("append hint of a webhook to pair %s: %w", pair, err))
			}
		}
		return errors.Join(errs...)
	})
}

// hint says where to look because of a delivery, if anywhere, and what names its message: its ID, which
// is the same when Box tries again. The ID of the delivery is not, and no signature covers it.
func (r *Receiver) hint(ctx context.Context, body []byte) (syncer.Hint, bool, replays.Message) {
	full := syncer.Hint{Side: r.o.Side, Full: true, At: r.o.Clock()}
	d, err := ReadDelivery(body)
	if err != nil {
		// Box has signed it, so something has happened.
		r.o.Logger.WarnContext(ctx, "webhook delivery cannot be understood: a full scan is asked for")
		return full, true, sha256.Sum256(body)
	}
	id := sha256.Sum256([]byte(d.WebhookID + "\x00" + d.ID))
	switch d.Trigger {
	case TriggerWebhookDeleted:
		r.o.Logger.WarnContext(ctx, "box has removed a webhook: reconcile the set", slog.String("webhook", d.WebhookID))
		return full, true, id // what happens until it is made anew is not told
	case TriggerNoActiveSession:
		r.o.Logger.WarnContext(ctx, "the user who made a webhook has no session any more", slog.String("webhook", d.WebhookID))
	}
	if d.Source == nil {
		return full, true, id
	}
	hint, told := r.o.Files.hint(&Event{EventType: d.Trigger, CreatedAt: d.CreatedAt, CreatedBy: d.CreatedBy, Source: d.Source})
	hint.Side = r.o.Side
	return hint, told, id
}
