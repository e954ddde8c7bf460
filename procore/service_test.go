package procore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// company and project are where everything of these tests is.
const (
	company procore.ID = 562949953421312 // beyond 2^32
	project procore.ID = 316469
)

// service answers what the fact sheet says that Procore answers, and notes what it was asked.
type service struct {
	t    *testing.T
	mux  *http.ServeMux
	api  *httptest.Server
	held *httptest.Server // storage

	mu    sync.Mutex
	asked []asked
}

// asked is one request to the API.
type asked struct {
	line string // "GET /rest/v1.0/folders?project_id=1", with the query decoded
	body string
}

func newService(t *testing.T) *service {
	s := &service{t: t, mux: http.NewServeMux()}
	s.api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		line := r.Method + " " + r.URL.Path
		if q := r.URL.Query(); len(q) > 0 {
			line += "?" + decoded(q)
		}
		s.mu.Lock()
		s.asked = append(s.asked, asked{line, string(body)})
		s.mu.Unlock()
		switch {
		case r.Header.Get("Authorization") != "Bearer secret-token":
			http.Error(w, "no token", http.StatusTeapot)
		case r.Header.Get("Procore-Company-Id") != company.String():
			http.Error(w, "Missing Procore-Company-Id header!", http.StatusTeapot)
		default:
			s.mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.api.Close)
	return s
}

func decoded(q map[string][]string) string {
	var all []string
	for name, values := range q {
		for _, v := range values {
			all = append(all, name+"="+v)
		}
	}
	slices.Sort(all)
	return strings.Join(all, "&")
}

// on answers requests that match a pattern of http.ServeMux.
func (s *service) on(pattern string, answer http.HandlerFunc) { s.mux.HandleFunc(pattern, answer) }

// says answers with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "req-1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// lines are the requests so far.
func (s *service) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]string, len(s.asked))
	for i, a := range s.asked {
		all[i] = a.line
	}
	return all
}

// last is the body of the last request with a body.
func (s *service) last() map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range slices.Backward(s.asked) {
		if a.body != "" {
			body := map[string]any{}
			require.NoError(s.t, json.Unmarshal([]byte(a.body), &body))
			return body
		}
	}
	return nil
}

func (s *service) client(more ...func(*procore.Options)) *procore.Client {
	o := procore.Options{
		Bases: procore.Bases{API: s.api.URL, Login: s.api.URL}, CompanyID: company, Tokens: procore.Fixed("secret-token"), Attempts: 2,
	}
	for _, f := range more {
		f(&o)
	}
	c, err := procore.New(o)
	require.NoError(s.t, err)
	s.t.Cleanup(c.Close)
	return c
}

// storage answers at an origin of its own, and refuses who sends a token there.
func (s *service) storage(answer http.HandlerFunc) string {
	s.held = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Procore-Company-Id") != "" {
			http.Error(w, "<Error><Code>InvalidRequest</Code></Error>", http.StatusBadRequest)
			return
		}
		answer(w, r)
	}))
	s.t.Cleanup(s.held.Close)
	return s.held.URL
}

// hangUp ends a connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// contents is a body that can be opened any number of times.
func contents(text string) syncer.Content {
	return syncer.Content{
		Size: int64(len(text)), Digest: syncer.SHA1.Of([]byte(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

func read(t *testing.T, r io.ReadCloser, err error) string {
	t.Helper()
	require.NoError(t, err)
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return string(data)
}

// file is a file of Procore with one version.
func file(id int, name string, versions ...string) string {
	return fmt.Sprintf(`{"id":%d,"name":%q,"parent_id":2,"size":5,"updated_at":"2026-01-04T21:27:18Z","is_deleted":false,"file_versions":[%s]}`,
		id, name, strings.Join(versions, ","))
}

func version(id, number, size int, url string) string {
	return fmt.Sprintf(`{"id":%d,"file_id":12,"number":%d,"size":%d,"created_at":"2026-01-04T21:27:18Z","url":%q}`, id, number, size, url)
}
