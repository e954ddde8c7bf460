package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// boxWrites are asked in the scratch folder.
func boxWrites() []probe {
	about := func(name, section, question, how string, ask func(context.Context, *desk) (string, error)) probe {
		return probe{Fact{Service: office.BoxService, Name: name, Section: section, Question: question, How: how, Writes: true}, ask}
	}
	return []probe{
		about("fold-umlauts", "14.2", "Are Ä and ä the same name?", "make the folder Ä, and ask for the file ä", same("Ä", "ä")),
		about("fold-fully", "14.2", "Are Straße and STRASSE the same name?", "make the folder Straße, and ask for the file STRASSE", same("Straße", "STRASSE")),
		about("case-rename", "5", "May a rename change the case only?", "make the folder case, and rename it to CASE", caseRename),
		about("move-and-rename", "14.10", "May one call move and rename a folder?", "make two folders, and move one into the other under another name", moveAndRename),
		about("metadata-etag", "14.3", "Do metadata raise the etag?", "put metadata on a file, and read its etag", metadataETag),
		about("conflict-shape", "14.11", "In what shape does a refused rename name the item that is in the way?", "rename a folder to the name of another one", conflictShape),
		about("session-minimum", "14.5", "May a file of 20,000,000 bytes be uploaded in parts?", "begin such an upload, and drop it", sessionMinimum),
		about("same-content", "14.3", "Does the same content make a new version?", "upload a file twice", sameContent),
	}
}

func same(first, second string) func(context.Context, *desk) (string, error) {
	return func(ctx context.Context, k *desk) (string, error) {
		if _, err := k.box.PostFolders(ctx, k.boxScratch, first); err != nil {
			return "", err
		}
		err := k.box.OptionsFilesContent(ctx, k.boxScratch, second, 1)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return yes(err != nil), nil
		}
		return "", err
	}
}

func caseRename(ctx context.Context, k *desk) (string, error) {
	made, err := k.box.PostFolders(ctx, k.boxScratch, "case")
	if err != nil {
		return "", err
	}
	_, err = k.box.PutFoldersID(ctx, made.ID, box.Change{Name: "CASE"})
	if err == nil || errors.Is(err, fs.ErrExist) {
		return yes(err == nil), nil
	}
	return "", err
}

func moveAndRename(ctx context.Context, k *desk) (string, error) {
	to, err := k.box.PostFolders(ctx, k.boxScratch, "target")
	if err != nil {
		return "", err
	}
	made, err := k.box.PostFolders(ctx, k.boxScratch, "before")
	if err != nil {
		return "", err
	}
	// The client takes the two steps one after the other if Box refuses, so the raw calls tell.
	before := k.doctor.office.Calls().Box
	if _, err := k.box.PutFoldersID(ctx, made.ID, box.Change{Name: "after", ParentID: to.ID}); err != nil {
		return "", err
	}
	return yes(k.doctor.office.Calls().Box-before == 1), nil
}

func metadataETag(ctx context.Context, k *desk) (string, error) {
	made, err := k.box.PostFilesContent(ctx, box.Target{ParentID: k.boxScratch, Name: "metadata.txt"}, aText())
	if err != nil {
		return "", err
	}
	if _, err := k.box.PostFilesIDMetadataIDID(ctx, made.ID, "global", "properties", map[string]any{"procorebox": "doctor"}); err != nil {
		return "", err
	}
	after, err := k.box.GetFilesID(ctx, made.ID)
	if err != nil {
		return "", err
	}
	return yes(after.ETag != made.ETag), nil
}

func conflictShape(ctx context.Context, k *desk) (string, error) {
	if _, err := k.box.PostFolders(ctx, k.boxScratch, "taken"); err != nil {
		return "", err
	}
	made, err := k.box.PostFolders(ctx, k.boxScratch, "renamed")
	if err != nil {
		return "", err
	}
	got, err := k.put(ctx, office.BoxService, http.MethodPut, "/2.0/folders/"+made.ID, `{"name":"taken"}`, http.Header{})
	if err != nil {
		return "", err
	}
	var told struct {
		Info struct {
			Conflicts json.RawMessage `json:"conflicts"`
		} `json:"context_info"`
	}
	switch err := json.Unmarshal(got.body, &told); {
	case got.status != http.StatusConflict:
		return fmt.Sprintf("it is answered %d", got.status), nil
	case err != nil:
		return "", errors.New("the answer is no JSON")
	case len(told.Info.Conflicts) == 0:
		return "it does not", nil
	case told.Info.Conflicts[0] == '[':
		return "in a list", nil
	}
	return "as an object", nil
}

func sessionMinimum(ctx context.Context, k *desk) (string, error) {
	s, err := k.box.PostFilesUploadSessions(ctx, k.boxScratch, "parts.bin", 20_000_000)
	if e, ok := errors.AsType[*box.Error](err); ok && e.Code == "file_size_too_small" {
		return "no: " + e.Code, nil
	}
	if err != nil {
		return "", err
	}
	return yes(true), k.box.DeleteFilesUploadSessionsID(ctx, s)
}

// aText is the contents of a file.
func aText() syncer.Content {
	const body = "procorebox doctor\n"
	return syncer.Content{Size: int64(len(body)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(body)), nil
	}}
}

func sameContent(ctx context.Context, k *desk) (string, error) {
	made, err := k.box.PostFilesContent(ctx, box.Target{ParentID: k.boxScratch, Name: "twice.txt"}, aText())
	if err != nil {
		return "", err
	}
	again, err := k.box.PostFilesIDContent(ctx, box.Target{FileID: made.ID}, aText())
	if err != nil {
		return "", err
	}
	return yes(again.FileVersion != nil && made.FileVersion != nil && again.FileVersion.ID != made.FileVersion.ID), nil
}
