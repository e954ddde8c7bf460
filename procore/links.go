package procore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/procorebox/procorebox/syncer/connect"
)

// mostHops is how many redirects a link may lead through.
const mostHops = 5

// fetch gets what a link leads to. Hosts of Procore get the token and the company; all others get
// neither, and no redirect leads from https to http.
func (a *Account) fetch(ctx context.Context, op string, link Link, header http.Header) (*http.Response, error) {
	at := link.URL()
	for range mostHops {
		u, err := url.Parse(at)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("%s: the link is no URL: %w", op, errReply)
		}
		k := connect.Call{Op: op, Path: at, Header: header, Accept: []int{
			http.StatusOK, http.StatusPartialContent, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
			http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
		}}
		conn := a.conn
		if !a.options.Bases.trust(u) {
			k.Plain, conn = true, a.storage
		}
		resp, err := conn.Do(ctx, k)
		if err != nil || resp.StatusCode < http.StatusMultipleChoices {
			return resp, err
		}
		at, err = connect.Location(resp)
		if err := errors.Join(err, drain(resp)); err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
		if next, err := url.Parse(at); err != nil || u.Scheme == "https" && next.Scheme != "https" {
			return nil, fmt.Errorf("%s: redirect to what is not https: %w", op, errReply)
		}
	}
	return nil, fmt.Errorf("%s: more than %d redirects: %w", op, mostHops, errReply)
}
