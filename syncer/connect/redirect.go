package connect

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// leaveRedirects keeps net/http from following a redirect, which would take headers along.
func leaveRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// Location returns where a redirect leads, as a whole URL. It is a secret if the target is signed.
func Location(resp *http.Response) (string, error) {
	u, err := resp.Location()
	if err != nil {
		if errors.Is(err, http.ErrNoLocation) {
			return "", fmt.Errorf("redirect without a target: %w", ErrReply)
		}
		return "", fmt.Errorf("redirect to what is no URL: %w", ErrReply)
	}
	return u.String(), nil
}

// target returns the URL of a call. What gets the token lies in an origin that is trusted.
func (c *Client) target(call Call) (*url.URL, error) {
	u, err := c.resolve(call.Path)
	if err != nil {
		return nil, fmt.Errorf("%s: Path is no URL: %w", call.Op, syncer.ErrInvalid)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%s: Path is no https or http URL: %w", call.Op, syncer.ErrInvalid)
	}
	if !call.Plain && !c.trusts(u) {
		return nil, fmt.Errorf("%s: Path leads to %s, which must not get the token: %w", call.Op, u.Host, syncer.ErrInvalid)
	}
	if len(call.Query) > 0 {
		query := u.Query()
		maps.Copy(query, call.Query)
		u.RawQuery = query.Encode()
	}
	return u, nil
}

// resolve adds a path to Base. A whole URL stays what it is.
func (c *Client) resolve(path string) (*url.URL, error) {
	if path == "" || strings.HasPrefix(path, "/") {
		base := *c.base
		return url.Parse(strings.TrimSuffix(base.String(), "/") + path)
	}
	return url.Parse(path)
}

// trusts reports whether an origin may get the token.
func (c *Client) trusts(u *url.URL) bool {
	if u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host) {
		return true
	}
	if u.Scheme != "https" && c.base.Scheme == "https" {
		return false
	}
	return c.options.Trust != nil && c.options.Trust(u)
}

// follow returns the call that a redirect leads to.
func (c *Client) follow(call Call, resp *http.Response) (Call, error) {
	fail := func(err error) (Call, error) {
		return Call{}, &Error{
			Op: call.Op, Method: call.method(), Path: call.place(), Status: resp.StatusCode,
			RequestID: c.requestID(resp.Header), Tries: 1, Err: err,
		}
	}
	target, err := Location(resp)
	if err != nil {
		return fail(err)
	}
	u, err := url.Parse(target)
	if err != nil {
		return fail(fmt.Errorf("redirect to what is no URL: %w", ErrReply))
	}
	if u.Scheme != "https" && (u.Scheme != "http" || resp.Request.URL.Scheme == "https") {
		return fail(fmt.Errorf("redirect to %s, which is not https: %w", u.Host, ErrReply))
	}
	next := call
	next.Path, next.Query, next.Follow, next.redirected = target, nil, call.Follow-1, true
	if call.Plain || !c.trusts(u) {
		next.Plain, next.Header = true, http.Header{}
		for _, name := range []string{"Range", "If-Range", "Accept"} {
			if value := call.Header.Get(name); value != "" {
				next.Header.Set(name, value)
			}
		}
	}
	return next, nil
}
