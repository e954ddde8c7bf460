package doctor

import (
	"context"
	"errors"
	"io"
	"io/fs"
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

func sameContent(ctx context.Context, k *desk) (string, error) {
	text := func() syncer.Content {
		const body = "procorebox doctor\n"
		return syncer.Content{Size: int64(len(body)), Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(body)), nil
		}}
	}
	made, err := k.box.PostFilesContent(ctx, box.Target{ParentID: k.boxScratch, Name: "twice.txt"}, text())
	if err != nil {
		return "", err
	}
	again, err := k.box.PostFilesIDContent(ctx, box.Target{FileID: made.ID}, text())
	if err != nil {
		return "", err
	}
	return yes(again.FileVersion != nil && made.FileVersion != nil && again.FileVersion.ID != made.FileVersion.ID), nil
}
