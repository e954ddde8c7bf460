package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
)

// Fact is a question about how a service behaves that no document answers, and the answer of the service
// itself. The program relies on none of the answers: it lives with each of them.
type Fact struct {
	Service office.Service `json:"service"`
	// Name is short and stays; Section is where the project's notes on the service ask it.
	Name     string `json:"name"`
	Section  string `json:"section"`
	Question string `json:"question"`
	// How says what was asked of the service.
	How string `json:"how"`
	// Writes says that it is asked in a scratch folder.
	Writes bool `json:"writes"`
	// Answer is empty if the question is not settled; Open says why then.
	Answer string `json:"answer,omitempty"`
	Open   string `json:"open,omitempty"`
}

// A probe asks for one Fact.
type probe struct {
	Fact

	ask func(ctx context.Context, k *desk) (string, error)
}

// A desk is what probes work with.
type desk struct {
	doctor  *Doctor
	box     *box.Client
	procore *procore.Client
	in      procore.Scope
	// folder is one of Box that probes may ask about.
	folder string
	// scratch are folders that probes may write in.
	boxScratch     string
	procoreScratch procore.ID
}

// Scratch says in which folders Settle may make a folder of its own, and remove it. What is empty is left
// alone, and what can only be asked there stays open.
type Scratch struct {
	// Box and Procore are IDs of folders: one of Box, one of Documents of the link's project.
	Box     string
	Procore procore.ID
}

// Settle asks the services what no document tells, and returns a Fact for each question, in a fixed order.
// It asks about the account, and about the project of the link. Without Scratch it only reads. An error
// means that the context ended, or that a scratch folder could not be made or removed: it names it.
func (d *Doctor) Settle(ctx context.Context, l mapping.Link, s Scratch) ([]Fact, error) {
	return d.settle(ctx, l, s, probes())
}

func (d *Doctor) settle(ctx context.Context, l mapping.Link, s Scratch, asked []probe) (facts []Fact, err error) {
	k := &desk{doctor: d, folder: l.Folder}
	if b, err := d.office.Box(ctx); err == nil {
		k.box = b.Client
	}
	if err := k.enter(ctx, l); err != nil {
		return nil, err
	}
	clean, err := k.scratch(ctx, s)
	defer func() { err = errors.Join(err, clean()) }()
	if err != nil {
		return nil, err
	}
	for _, p := range asked {
		if err := ctx.Err(); err != nil {
			return facts, err
		}
		facts = append(facts, p.settle(ctx, k))
	}
	return facts, nil
}

// enter goes to the project of a Link, if there is one and the account can.
func (k *desk) enter(ctx context.Context, l mapping.Link) error {
	p, err := k.doctor.office.Procore(ctx)
	if err != nil || l.Company == "" {
		return ctx.Err()
	}
	client, err := p.Company(l.Company)
	if err != nil {
		return err
	}
	k.in, err = office.ScopeOf(l)
	if err == nil {
		k.procore = client
	}
	return err
}

func (p *probe) settle(ctx context.Context, k *desk) Fact {
	f := p.Fact
	switch {
	case f.Service == office.BoxService && k.box == nil, f.Service == office.ProcoreService && k.procore == nil:
		f.Open = f.Service.Title() + " is not connected, or there is no link"
	case f.Writes && f.Service == office.BoxService && k.boxScratch == "", f.Writes && f.Service == office.ProcoreService && k.procoreScratch == 0:
		f.Open = "it takes a scratch folder to ask this: --write"
	default:
		answer, err := p.ask(ctx, k)
		f.Answer = answer
		if err != nil {
			f.Answer, f.Open = "", err.Error()
		}
	}
	return f
}

// probes are all, in the order in which they are asked.
func probes() []probe {
	var all []probe
	for _, some := range [][]probe{boxProbes(), boxWrites(), procoreProbes(), procoreLinks(), procoreWrites()} {
		all = append(all, some...)
	}
	return all
}

// errNothing says that there is nothing to ask with.
func errNothing(what string) error { return fmt.Errorf("there is no %s to ask with", what) }

// An answer is what a service sent back, with as much of the body as says what it is.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// get asks a service as it is: see office.Send.
func (k *desk) get(ctx context.Context, s office.Service, path string, query url.Values, header http.Header) (*answer, error) {
	return k.send(ctx, s, http.MethodGet, path, query, header)
}

func (k *desk) send(ctx context.Context, s office.Service, method, path string, query url.Values, header http.Header) (*answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, path, nil)
	if err != nil {
		return nil, errors.New("the address cannot be asked")
	}
	if len(query) > 0 {
		r.URL.RawQuery = query.Encode()
	}
	if header != nil {
		r.Header = header.Clone()
	}
	return k.exchange(ctx, s, r)
}

// put sends a change as it is, in JSON.
func (k *desk) put(ctx context.Context, s office.Service, method, path, body string, header http.Header) (*answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the address cannot be asked")
	}
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	return k.exchange(ctx, s, r)
}

func (k *desk) exchange(ctx context.Context, s office.Service, r *http.Request) (*answer, error) {
	resp, err := k.doctor.office.Send(ctx, s, r)
	if err != nil {
		return nil, withoutAddress(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	return &answer{resp.StatusCode, resp.Header, body}, err
}

// withoutAddress leaves out of an error where it was sent to: that may be signed.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// yes is how questions with two answers are answered.
func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
