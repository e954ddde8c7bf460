package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore"
)

// procoreLinks ask how the contents of a file are given out. They only read.
func procoreLinks() []probe {
	about := func(name, question, how string, ask func(context.Context, *desk) (string, error)) probe {
		return probe{Fact{Service: office.ProcoreService, Name: name, Section: "6", Question: question, How: how}, ask}
	}
	return []probe{
		about("links-open", "Is the link of a file answered without a token?", "GET the link of a file without one", linksOpen),
		about("ranges", "Does storage send a part of a file?", "GET the first byte of a file", ranges),
		about("head", "Does storage answer HEAD?", "HEAD of where the link of a file leads to", head),
	}
}

// link is where the contents of some file are, as Procore tells right now.
func (k *desk) link(ctx context.Context) (string, error) {
	for d, err := range k.procore.GetDocuments(ctx, k.in, procore.DocumentQuery{Type: procore.TypeFile}) {
		if err != nil {
			return "", err
		}
		if d.IsDeleted || d.File == nil || d.File.CurrentVersion == nil || d.File.CurrentVersion.Size == 0 {
			continue
		}
		f, err := k.procore.GetFilesID(ctx, k.in, d.ID)
		if err != nil {
			return "", err
		}
		if v := f.Current(); v != nil && v.URL.URL() != "" {
			return v.URL.URL(), nil
		}
	}
	return "", errNothing("file with contents")
}

func linksOpen(ctx context.Context, k *desk) (string, error) {
	link, err := k.link(ctx)
	if err != nil {
		return "", err
	}
	got, err := k.get(ctx, office.ProcoreService, link, nil, nil)
	if err != nil {
		return "", err
	}
	if got.status < http.StatusBadRequest {
		return yes(true), nil
	}
	return fmt.Sprintf("no: %d", got.status), nil
}

// storage is where the link of a file leads to. The token goes with the first request only, which is one
// to Procore's own host.
func (k *desk) storage(ctx context.Context) (string, error) {
	link, err := k.link(ctx)
	if err != nil {
		return "", err
	}
	at, err := url.Parse(link)
	if err != nil {
		return "", errNothing("link that is an address")
	}
	if !k.ours(at) {
		return "", errNothing("link to the host of the API")
	}
	got, err := k.get(ctx, office.ProcoreService, at.EscapedPath(), at.Query(), k.company())
	if err != nil {
		return "", err
	}
	to := got.header.Get("Location")
	if to == "" {
		return "", fmt.Errorf("the link is answered with %d and leads nowhere", got.status)
	}
	return to, nil
}

// ours reports whether an address is on the host that gets our token.
func (k *desk) ours(at *url.URL) bool {
	base := k.doctor.office.Settings().Procore.Bases.API
	if base == "" {
		base = "https://api.procore.com"
	}
	own, err := url.Parse(base)
	return err == nil && strings.EqualFold(own.Host, at.Host) && own.Scheme == at.Scheme
}

func ranges(ctx context.Context, k *desk) (string, error) {
	at, err := k.storage(ctx)
	if err != nil {
		return "", err
	}
	got, err := k.get(ctx, office.ProcoreService, at, nil, http.Header{"Range": {"bytes=0-0"}})
	if err != nil {
		return "", err
	}
	if got.status == http.StatusPartialContent {
		return yes(true), nil
	}
	return fmt.Sprintf("no: %d", got.status), nil
}

func head(ctx context.Context, k *desk) (string, error) {
	at, err := k.storage(ctx)
	if err != nil {
		return "", err
	}
	got, err := k.send(ctx, office.ProcoreService, http.MethodHead, at, nil, nil)
	if err != nil {
		return "", err
	}
	if got.status == http.StatusOK {
		return yes(true), nil
	}
	return fmt.Sprintf("no: %d", got.status), nil
}
