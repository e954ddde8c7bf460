package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/examples/internal/office"
)

// boxProbes only read. Whether a name is taken is asked by a preflight, which makes nothing.
func boxProbes() []probe {
	about := func(name, section, question, how string, ask func(context.Context, *desk) (string, error)) probe {
		return probe{Fact{Service: office.BoxService, Name: name, Section: section, Question: question, How: how}, ask}
	}
	const preflight = "OPTIONS /files/content with such a name"
	return []probe{
		about("leading-space", "14.2", "May a name begin with a space?", preflight, takes(" procorebox doctor.txt")),
		about("reserved-characters", "14.2", `May a name hold < > : " ? * | ?`, preflight, takes(`procorebox <>:"?*| doctor.txt`)),
		about("emoji", "14.2", "May a name hold characters beyond U+FFFF?", preflight, takes("procorebox \U0001F44D.txt")),
		about("length-in-bytes", "14.2", "May a name of 200 letters have 400 bytes?", preflight, takes(strings.Repeat("ä", 200))),
		about("length-in-code-points", "14.2", "May a name of 128 characters have 256 units of UTF-16?", preflight, takes(strings.Repeat("\U0001F44D", 128))),
		about("fields-add", "14.4", `Is the mini set added to what "fields" asks for?`, "GET /folders/0?fields=size", fieldsAdd),
		about("unknown-fields", "14.4", "Is a field that does not exist ignored?", "GET /folders/0?fields=procorebox_no_such_field", unknownField),
		about("unauthorized", "14.14", "What does a 401 say?", "GET /users/me with a token that is none", unauthorized),
		about("range-past-end", "14.14", "What does a 416 of a download say?", "GET /files/ID/content for bytes past the end", rangePastEnd),
	}
}

// takes asks whether a name would be taken.
func takes(name string) func(context.Context, *desk) (string, error) {
	return func(ctx context.Context, k *desk) (string, error) {
		folder := k.folder
		if folder == "" {
			folder = box.RootID
		}
		return taken(k.box.OptionsFilesContent(ctx, folder, name, 1))
	}
}

// taken tells a refusal of a name from other errors. A name that somebody else has is one that can be.
func taken(err error) (string, error) {
	refused, ok := errors.AsType[*box.Error](err)
	switch {
	case err == nil, errors.Is(err, fs.ErrExist):
		return yes(true), nil
	case ok && refused.Status == http.StatusBadRequest:
		return "no: " + refused.Code, nil
	}
	return "", err
}

func fieldsAdd(ctx context.Context, k *desk) (string, error) {
	got, err := k.get(ctx, office.BoxService, "/2.0/folders/0", url.Values{"fields": {"size"}}, nil)
	if err != nil {
		return "", err
	}
	return yes(bytes.Contains(got.body, []byte(`"sequence_id"`))), nil
}

func unknownField(ctx context.Context, k *desk) (string, error) {
	got, err := k.get(ctx, office.BoxService, "/2.0/folders/0", url.Values{"fields": {"procorebox_no_such_field"}}, nil)
	if err != nil {
		return "", err
	}
	if got.status == http.StatusOK {
		return yes(true), nil
	}
	return fmt.Sprintf("no: %d", got.status), nil
}

func unauthorized(ctx context.Context, k *desk) (string, error) {
	got, err := k.get(ctx, office.BoxService, "/2.0/users/me", nil, http.Header{"Authorization": {"Bearer procorebox-doctor"}})
	if err != nil {
		return "", err
	}
	return said(got), nil
}

// said is the status of an answer, and the code in its body.
func said(got *answer) string {
	switch code := word(got.body, "code"); {
	case len(got.body) == 0:
		return fmt.Sprintf("%d without a body", got.status)
	case code == "":
		return fmt.Sprintf("%d with a body of another form", got.status)
	default:
		return fmt.Sprintf("%d with an error object: %s", got.status, code)
	}
}

func rangePastEnd(ctx context.Context, k *desk) (string, error) {
	folder := k.folder
	if folder == "" {
		folder = box.RootID
	}
	file, err := k.anyBoxFile(ctx, folder, 3)
	if err != nil {
		return "", err
	}
	past := http.Header{"Range": {fmt.Sprintf("bytes=%d-", int64(file.Size)+1)}}
	hop, err := k.get(ctx, office.BoxService, "/2.0/files/"+file.ID+"/content", nil, past)
	if err != nil {
		return "", err
	}
	if to := hop.header.Get("Location"); to != "" {
		if hop, err = k.get(ctx, office.BoxService, to, nil, past); err != nil {
			return "", err
		}
	}
	return said(hop), nil
}

// anyBoxFile finds a file with contents in a folder, or some levels below.
func (k *desk) anyBoxFile(ctx context.Context, folder string, levels int) (*box.Item, error) {
	var below []string
	for item, err := range k.box.GetFoldersIDItems(ctx, folder) {
		switch {
		case err != nil:
			return nil, err
		case item.Type == box.TypeFile && item.Size > 0:
			return &item, nil
		case item.Type == box.TypeFolder:
			below = append(below, item.ID)
		}
	}
	for _, id := range below {
		if levels == 0 {
			break
		}
		if found, err := k.anyBoxFile(ctx, id, levels-1); err == nil {
			return found, nil
		}
	}
	return nil, errNothing("file with contents in the folder of the link")
}
