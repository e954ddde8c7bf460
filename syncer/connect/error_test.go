package connect_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/connect"
)

func TestAnErrorTellsStatusAndRequestOnce(t *testing.T) {
	for _, c := range []struct{ why, want string }{
		{"box answers 404 trashed: gone", "look: GET /x: box answers 404 trashed: gone (request r1)"},
		{"box answers 404: gone (request 0r1)", "look: GET /x: box answers 404: gone (request 0r1)"},
		{"sign in again", "look: GET /x: sign in again (status 404) (request r1)"},
		{"item 4041 is gone (request r1)", "look: GET /x: item 4041 is gone (request r1) (status 404)"},
	} {
		e := &connect.Error{Op: "look", Method: "GET", Path: "/x", Status: 404, RequestID: "r1", Tries: 1, Err: errors.New(c.why)}
		require.EqualError(t, e, c.want)
	}
}
