package procore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/internal/delivery"
	"github.com/procorebox/procorebox/internal/replays"
	"github.com/procorebox/procorebox/syncer"
)

// ReceiverOptions are the settings of a Receiver. Client, Authorization, Store and Pairs must be set.
type ReceiverOptions struct {
	// Client is that of the company whose hooks they are. Hints name who did something if its Person does,
	// and else tell the number.
	Client *Client
	// Authorization are the values of that header which prove that a delivery is Procore's: that of the
	// WebhookSet, and the one before while it is being changed.
	Authorization []string
	// Store gets the hints; a syncer.StateStore does.
	Store interface {
		Append(ctx context.Context, pair string, hints ...syncer.Hint) error
	}
	// Side is the side of all pairs that is Procore.
	Side syncer.Side
	// Pairs names the pairs that a delivery is about: those of its Scope and its Tool. It is called for
	// each delivery, by many goroutines, and only after it was proved. One that cannot be understood has
	// all fields empty: it is about all pairs.
	Pairs func(d *Delivery) []string
	// Wake, if not nil, is told of each pair whose inbox got a hint: poll the feed of its tool now, which
	// finds all that has changed, and run. It is called before Procore is answered and must not wait.
	Wake func(pair string)
	// Trust, if not nil, is told of each delivery before Wake is called, so that a poll asks for more.
	Trust *Trust
	// Remember is how many messages are known again when they come twice; 0 means 16384.
	Remember int
	// LargestBody is how many bytes a delivery may have; 0 means 256 KiB. Those of Procore have less
	// than one.
	LargestBody int64
	// Patience is how long a delivery may take in all; 0 means 4 seconds. Procore waits 5.
	Patience time.Duration
	// Clock is the time; nil means time.Now.
	Clock func() time.Time
	// Logger is told of deliveries that were refused or could not be kept; nil means nobody.
	Logger *slog.Logger
}

// Receiver is an http.Handler that takes what the hooks of a WebhookSet send, and appends a hint to the
// inbox of each pair that it is about. It stands at the address of the set, over TLS that somebody else
// sees to. It is safe for use by many goroutines.
//
// It answers 204 when the hints are durable, and to a message that it has taken before. What fails on
// our side is answered 503, and Procore sends it again; it gives up after twelve hours. What is not
// Procore's is answered with a status between 400 and 499: 403 where the value of Authorization is
// another. The answer does not tell more; the log does, without anything that the sender wrote.
//
// A delivery is a hint and no proof, and some never come: go on to poll, less often.
type Receiver struct {
	o     ReceiverOptions
	proof [][sha256.Size]byte
	seen  *replays.Memory
}

// NewReceiver returns a Receiver. An error that wraps syncer.ErrInvalid names the option that makes no
// sense.
func NewReceiver(o ReceiverOptions) (*Receiver, error) {
	switch {
	case o.Client == nil:
		return nil, invalid("ReceiverOptions.Client is nil")
	case len(o.Authorization) == 0:
		return nil, invalid("ReceiverOptions.Authorization is empty")
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
	r := &Receiver{o: o, seen: replays.New(cmp.Or(o.Remember, 16384))}
	for _, value := range o.Authorization {
		if len(value) < shortestAuthorization {
			return nil, invalid("ReceiverOptions.Authorization has a value of less than %d characters", shortestAuthorization)
		}
		r.proof = append(r.proof, sha256.Sum256([]byte(value)))
	}
	r.o.LargestBody = cmp.Or(o.LargestBody, 256<<10)
	r.o.Patience = cmp.Or(o.Patience, 4*time.Second)
	if r.o.Clock == nil {
		r.o.Clock = time.Now
	}
	if r.o.Logger == nil {
		r.o.Logger = slog.New(slog.DiscardHandler)
	}
	return r, nil
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
	if !r.proved(request.Header.Get("Authorization")) {
		return http.StatusForbidden, errors.New("its Authorization is not ours") // before its body costs anything
	}
	ctx, cancel := context.WithTimeout(request.Context(), r.o.Patience)
	defer cancel()
	body, status, err := delivery.Read(w, request, r.o.LargestBody, r.o.Patience)
	if err != nil {
		return status, err
	}
	if err := r.keep(ctx, body); err != nil {
		return http.StatusServiceUnavailable, err
	}
	return http.StatusNoContent, nil
}

// proved compares a value with all of ours, in a time that does not depend on how much of it is right.
func (r *Receiver) proved(value string) bool {
	sum, right := sha256.Sum256([]byte(value)), 0
	for _, ours := range r.proof {
		right |= subtle.ConstantTimeCompare(sum[:], ours[:])
	}
	return right == 1
}

// keep writes down what a delivery that is Procore's hints at, once.
func (r *Receiver) keep(ctx context.Context, body []byte) error {
	d, id := r.read(ctx, body)
	if d.CompanyID != 0 && d.CompanyID != r.o.Client.CompanyID() {
		return nil // of another company with the same address
	}
	return r.seen.Once(ctx, id, func() error {
		r.o.Trust.hear(d)
		return r.tell(ctx, d)
	})
}

// tell appends the hints of a delivery to the inbox of each pair that it is about.
func (r *Receiver) tell(ctx context.Context, d *Delivery) error {
	pairs := r.o.Pairs(d)
	if len(pairs) == 0 {
		return nil
	}
	hints := r.hints(ctx, d)
	var errs []error
	for _, pair := range pairs {
		if err := r.o.Store.Append(ctx, pair, hints...); err != nil {
			errs = append(errs, fmt.Errorf("append hint of a webhook to pair %s: %w", pair, err))
		} else if r.o.Wake != nil {
			r.o.Wake(pair)
		}
	}
	return errors.Join(errs...)
}

// read returns a delivery and what names its message. One that cannot be understood is empty: Procore
// has sent it, so something has happened.
func (r *Receiver) read(ctx context.Context, body []byte) (*Delivery, replays.Message) {
	d, err := ReadDelivery(body)
	if err != nil {
		r.o.Logger.WarnContext(ctx, "webhook delivery cannot be understood: a full scan is asked for")
		return &Delivery{}, sha256.Sum256(body)
	}
	return d, sha256.Sum256([]byte(d.CompanyID.String() + "\x00" + d.ID))
}

// hints say where to look because of a delivery. Where nothing tells, a full scan is asked for.
func (r *Receiver) hints(ctx context.Context, d *Delivery) []syncer.Hint {
	at := d.At
	if at.IsZero() {
		at = r.o.Clock()
	}
	items := d.Items()
	if d.version() {
		items = r.fileOf(ctx, d)
	}
	if len(items) == 0 {
		return []syncer.Hint{{Side: r.o.Side, Full: true, At: at}}
	}
	by := d.by()
	by.Name = r.o.Client.Person(by.ID)
	hints := make([]syncer.Hint, len(items))
	for i, id := range items {
		hints[i] = syncer.Hint{Side: r.o.Side, ID: id, Did: d.did(), By: by, At: at}
	}
	return hints
}

// fileOf asks for the file of a version. One that cannot be asked for in time is nobody.
func (r *Receiver) fileOf(ctx context.Context, d *Delivery) []string {
	ctx, cancel := context.WithTimeout(ctx, r.o.Patience/2)
	defer cancel()
	v, err := r.o.Client.GetFileVersionsID(ctx, d.Scope(), d.ResourceID)
	if err != nil || v.FileID == 0 {
		r.o.Logger.InfoContext(ctx, "the file of a version is not known: a full scan is asked for", slog.Any("error", err))
		return nil
	}
	return []string{fileMark + v.FileID.String()}
}
