package connect

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	"github.com/procorebox/procorebox/syncer"
)

// Body is what a call sends. Open may be called any number of times and starts at the first byte
// each time; the zero Body is no body.
type Body struct {
	Open func(ctx context.Context) (io.ReadCloser, error)
	// Size in bytes, or syncer.UnknownSize: then it is sent in chunks. A body that turns out longer
	// or shorter is not sent to its end, so that it cannot become a file.
	Size int64
	// Type is the Content-Type.
	Type string
	// Digest, if it is known, is verified while the body is sent: before its last byte if Size is
	// known. Another digest fails with syncer.ErrStale.
	Digest syncer.Digest
}

// Bytes returns a Body that is held in memory.
func Bytes(contentType string, data []byte) Body {
	return Body{
		Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(data)), nil
		},
		Size: int64(len(data)),
		Type: contentType,
	}
}

// JSON returns v as a Body.
func JSON(v any) (Body, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return Body{}, fmt.Errorf("encode request body: %w", err)
	}
	return Bytes("application/json", data), nil
}

// Form returns values as the Body that a browser sends.
func Form(values url.Values) Body {
	return Bytes("application/x-www-form-urlencoded", []byte(values.Encode()))
}

// File returns the contents of a file as a Body.
func File(c syncer.Content) Body {
	return Body{Open: c.Open, Size: c.Size, Type: "application/octet-stream", Digest: c.Digest}
}
