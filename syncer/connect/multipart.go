package connect

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Part is one field of a form that holds files.
type Part struct {
	Name string
	// FileName makes the part a file; empty means an ordinary field.
	FileName string
	Body     Body
}

// Field returns a Part with a value.
func Field(name, value string) Part { return Part{Name: name, Body: Bytes("", []byte(value))} }

// Multipart returns a form with its parts in that order. Nothing of it is held in memory but what
// stands between the parts; its size is known if that of all parts is.
func Multipart(parts ...Part) (Body, error) {
	var text bytes.Buffer
	form := multipart.NewWriter(&text)
	between := make([][]byte, 0, len(parts)+1)
	cut := func() {
		between = append(between, bytes.Clone(text.Bytes()))
		text.Reset()
	}
	size := int64(0)
	for _, p := range parts {
		if p.Name == "" || p.Body.Open == nil {
			return Body{}, fmt.Errorf("form part %q has no Name or no Body: %w", p.Name, syncer.ErrInvalid)
		}
		if _, err := form.CreatePart(p.header()); err != nil {
			return Body{}, fmt.Errorf("form part %q: %w", p.Name, err)
		}
		cut()
		if p.Body.Size == syncer.UnknownSize || size == syncer.UnknownSize {
			size = syncer.UnknownSize
		} else {
			size += p.Body.Size
		}
	}
	if err := form.Close(); err != nil {
		return Body{}, fmt.Errorf("end of the form: %w", err)
	}
	cut()
	for _, b := range between {
		if size != syncer.UnknownSize {
			size += int64(len(b))
		}
	}
	return Body{
		Size: size, Type: form.FormDataContentType(),
		Open: func(ctx context.Context) (io.ReadCloser, error) { return openForm(ctx, parts, between), nil },
	}, nil
}

func (p Part) header() textproto.MIMEHeader {
	disposition := `form-data; name="` + quoted(p.Name) + `"`
	if p.FileName != "" {
		disposition += `; filename="` + quoted(p.FileName) + `"`
	}
	h := textproto.MIMEHeader{"Content-Disposition": {disposition}}
	if p.Body.Type != "" {
		h.Set("Content-Type", p.Body.Type)
	}
	return h
}

// quoted writes a name as browsers do.
func quoted(name string) string {
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name)
}

// openForm reads parts and what stands between them. Each part is opened when its turn comes.
func openForm(ctx context.Context, parts []Part, between [][]byte) io.ReadCloser {
	f := &formReader{}
	var all []io.Reader
	for i, text := range between {
		all = append(all, bytes.NewReader(text))
		if i < len(parts) {
			part := &sendBody{ctx: ctx, body: parts[i].Body}
			f.parts, all = append(f.parts, part), append(all, part)
		}
	}
	f.Reader = io.MultiReader(all...)
	return f
}

// formReader closes the parts that were opened.
type formReader struct {
	io.Reader
	parts []*sendBody
}

func (f *formReader) Close() error {
	for _, p := range f.parts {
		_ = p.Close() // what it was to tell has been read
	}
	return nil
}
