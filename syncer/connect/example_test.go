package connect_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// folder is what the example's service has.
type folder struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// exampleService has folders. It forgets to answer the first time that one is made.
func exampleService() http.Handler {
	var folders []string
	mux := http.NewServeMux()
	mux.HandleFunc("POST /folders", func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		folders = append(folders, string(data))
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("GET /folders", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("marker") == "" {
			fmt.Fprint(w, `{"entries":[{"id":"1","name":"Plans"}],"next_marker":"2"}`)
			return
		}
		fmt.Fprintf(w, `{"entries":[{"id":"2","name":"Photos"}%s]}`, strings.Repeat(`,{"id":"3","name":"Drawings"}`, len(folders)))
	})
	return mux
}

// A folder is made whose answer gets lost. The call looks before it is sent again, finds the folder
// in the listing, and is done.
func Example() {
	service := httptest.NewServer(exampleService())
	defer service.Close()
	client, err := connect.New(connect.Options{Base: service.URL, Random: func() float64 { return 0 }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	type page struct {
		Entries []folder `json:"entries"`
		Next    string   `json:"next_marker"`
	}
	list := connect.Pages(context.Background(), client, connect.Call{Op: "list folders", Path: connect.Path("folders")},
		func(at connect.Call, p page, _ http.Header) ([]folder, *connect.Call, error) {
			return p.Entries, connect.ByMarker(at, "marker", p.Next), nil
		})

	var made folder
	body, err := connect.JSON(map[string]string{"name": "Drawings"})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = client.JSON(context.Background(), connect.Call{
		Op: "create folder", Method: http.MethodPost, Path: connect.Path("folders"), Body: body,
		Look: func(context.Context) (bool, error) {
			for f, err := range list {
				if err != nil {
					return false, err
				}
				if f.Name == "Drawings" {
					made = f
					return true, nil
				}
			}
			return false, nil
		},
	}, &made)
	fmt.Println(made.ID, err)

	// Without Look nobody knows, and the error says so.
	err = client.JSON(context.Background(), connect.Call{
		Op: "create folder", Method: http.MethodPost, Path: connect.Path("folders"), Body: body,
	}, &made)
	fmt.Println(err != nil, syncer.NotDone(err))
	// Output:
	// 3 <nil>
	// true false
}

// A person signs in once; after that the Source refreshes. When the service no longer takes the
// refresh token calls fail with ErrSignIn, and are not made.
func ExampleSource() {
	refresh := func(_ context.Context, old connect.Token) (connect.Token, error) {
		if old.Refresh != "refresh-1" {
			return connect.Token{}, &connect.GrantError{Status: http.StatusBadRequest, Code: "invalid_grant"}
		}
		return connect.Token{Access: "access-2", Refresh: "refresh-2"}, nil
	}
	source, err := connect.NewSource(connect.SourceOptions{
		Store: memory.NewTokens(memory.Options{}), Credential: "anna", Refresh: refresh,
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	err = source.SignIn(ctx, connect.Token{Refresh: "refresh-1"}) // from the code that her browser brought back
	if err != nil {
		log.Fatal(err)
	}
	access, err := source.Token(ctx)
	fmt.Println(access, err)
	err = source.Refused(ctx, access) // as a Client does after a 401
	if err != nil {
		log.Fatal(err)
	}
	_, err = source.Token(ctx)
	fmt.Println(errors.Is(err, connect.ErrSignIn), err)
	// Output:
	// access-2 <nil>
	// true token of "anna": sign in again: the service no longer takes the refresh token
}

// A body that is rendered anew each time is spooled once, and then has a size and a digest.
func ExampleSpool() {
	spool, err := connect.NewSpool(connect.SpoolOptions{Most: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	file, err := spool.Put(context.Background(), strings.NewReader("%PDF-1.7 rendered just now"))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	content := file.Content(syncer.SHA1)
	fmt.Println(content.Size, content.Digest)
	// Output: 26 sha1:c384942ece5d151314b41c896831d0872ce1544e
}

// Paths are put together so that no ID leads anywhere else.
func ExamplePath() {
	fmt.Println(connect.Path("files", "../users?x", "content"))
	fmt.Println(connect.Location(&http.Response{Header: http.Header{"Location": {"/elsewhere"}}, Request: &http.Request{URL: &url.URL{Scheme: "https", Host: "api.example.com"}}}))
	// Output:
	// /files/..%2Fusers%3Fx/content
	// https://api.example.com/elsewhere <nil>
}

// What a service wrote stays on one line of a log, and no letter is cut in two.
func ExampleOneLine() {
	fmt.Println(connect.OneLine("name taken\nlevel=ERROR", 300))
	fmt.Println(connect.OneLine("größer", 3))
	// Output:
	// name taken level=ERROR
	// gr...
}
