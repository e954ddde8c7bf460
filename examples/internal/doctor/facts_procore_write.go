package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// procoreWrites are asked in the scratch folder, whose name each of them makes unique.
func procoreWrites() []probe {
	about := func(name, section, question, how string, ask func(context.Context, *desk) (string, error)) probe {
		return probe{Fact{Service: office.ProcoreService, Name: name, Section: section, Question: question, How: how, Writes: true}, ask}
	}
	return []probe{
		about("fold-case", "4.9", "Are names that differ in case only the same?", "make the folders case and CASE", foldCase),
		about("kinds-apart", "4.9", "May a file and a folder have one name?", "make a folder and a file of one name", kindsApart),
		about("characters", "4.9", `May a name hold < > : " \ | ? * ?`, "make such a folder", nameTaken(`odd <>:"\|?* name`)),
		about("long-names", "4.9", "May a name have 300 characters?", "make such a folder", nameTaken(strings.Repeat("n", 300))),
		about("spaces-around", "4.9", "Are spaces around a name kept?", "make such a folder, and read its name", spacesAround),
		about("empty-files", "4.9", "Is a file without contents taken?", "upload one", emptyFiles),
		about("extension", "4.9", "May a rename change the extension?", "rename a file", extension),
		about("rename-version", "trap 8", "Does a rename make a new version?", "rename a file, and compare its versions", renameVersion),
		about("rename-updated", "4.6", "Does a rename move updated_at?", "rename a file after a second", renameUpdated),
		about("move-updated", "4.6", "Does a move of a file move its updated_at?", "move a file after a second", moveUpdated),
		about("move-touches", "12", "Does a move of a folder move updated_at of what is in it?", "move a folder with a file in it after a second", moveTouches),
		about("cycles", "4.4", "What is the answer to the move of a folder into one that is in it?", "try that", cycles),
		about("upload-twice", "5.1", "Is one upload good for two files?", "make two files of one", uploadTwice),
		about("child-touches", "4.6", "Does a change in a folder move the folder's updated_at?", "make a file in a folder after a second", childTouches),
		about("contents-deleted", "4.8", "Does what lies in a deleted folder have is_deleted?", "delete a folder with a file in it, and read the file", contentsDeleted),
		about("restore-by-move", "4.8", "Does a move restore what was deleted?", "delete a folder, and move it back", restoreByMove),
	}
}

func (k *desk) newFolder(ctx context.Context, in procore.ID, name string) (*procore.Folder, error) {
	return k.procore.PostFolders(ctx, k.in, procore.NewFolder{ParentID: in, Name: name})
}

func (k *desk) newFile(ctx context.Context, in procore.ID, name, text string) (*procore.File, error) {
	up, err := k.procore.Upload(ctx, k.in, name, syncer.Content{
		Size: int64(len(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(text))), nil },
	})
	if err != nil {
		return nil, err
	}
	return k.procore.PostFiles(ctx, k.in, procore.NewFile{ParentID: in, Name: name, Upload: up})
}

// refused turns a refusal of what was asked into an answer. Other errors stay.
func refused(err error) (string, error) {
	if err == nil {
		return yes(true), nil
	}
	if e, ok := errors.AsType[*procore.Error](err); ok && e.Status == 400 {
		return yes(false), nil
	}
	if errors.Is(err, fs.ErrExist) || errors.Is(err, syncer.ErrName) || errors.Is(err, syncer.ErrRefused) {
		return yes(false), nil
	}
	return "", err
}

func foldCase(ctx context.Context, k *desk) (string, error) {
	if _, err := k.newFolder(ctx, k.procoreScratch, "case"); err != nil {
		return "", err
	}
	_, err := k.newFolder(ctx, k.procoreScratch, "CASE")
	if err == nil || errors.Is(err, fs.ErrExist) {
		return yes(err != nil), nil
	}
	return "", err
}

func kindsApart(ctx context.Context, k *desk) (string, error) {
	if _, err := k.newFolder(ctx, k.procoreScratch, "kind.txt"); err != nil {
		return "", err
	}
	_, err := k.newFile(ctx, k.procoreScratch, "kind.txt", "a file\n")
	return refused(err)
}

func nameTaken(name string) func(context.Context, *desk) (string, error) {
	return func(ctx context.Context, k *desk) (string, error) {
		_, err := k.newFolder(ctx, k.procoreScratch, name)
		return refused(err)
	}
}

func spacesAround(ctx context.Context, k *desk) (string, error) {
	made, err := k.newFolder(ctx, k.procoreScratch, " spaces ")
	if err != nil {
		return refused(err)
	}
	return yes(made.Name == " spaces "), nil
}

func emptyFiles(ctx context.Context, k *desk) (string, error) {
	_, err := k.newFile(ctx, k.procoreScratch, "empty.txt", "")
	return refused(err)
}

func extension(ctx context.Context, k *desk) (string, error) {
	made, err := k.newFile(ctx, k.procoreScratch, "extension.txt", "a file\n")
	if err != nil {
		return "", err
	}
	_, err = k.procore.PatchFilesID(ctx, k.in, made.ID, procore.FileChange{Name: "extension.pdf"})
	return refused(err)
}

// renamed makes a file, lets a second pass, which is how finely Procore tells times, and renames it.
func (k *desk) renamed(ctx context.Context, name string) (before, after *procore.File, err error) {
	made, err := k.newFile(ctx, k.procoreScratch, name, "a file\n")
	if err != nil {
		return nil, nil, err
	}
	if before, err = k.procore.GetFilesID(ctx, k.in, made.ID); err != nil {
		return nil, nil, err
	}
	if err := k.doctor.pass(ctx); err != nil {
		return nil, nil, err
	}
	if _, err := k.procore.PatchFilesID(ctx, k.in, made.ID, procore.FileChange{Name: "renamed " + name}); err != nil {
		return nil, nil, err
	}
	after, err = k.procore.GetFilesID(ctx, k.in, made.ID)
	return before, after, err
}

func renameVersion(ctx context.Context, k *desk) (string, error) {
	before, after, err := k.renamed(ctx, "version.txt")
	if err != nil {
		return "", err
	}
	return yes(len(after.Versions) != len(before.Versions)), nil
}

func renameUpdated(ctx context.Context, k *desk) (string, error) {
	before, after, err := k.renamed(ctx, "updated.txt")
	if err != nil {
		return "", err
	}
	return yes(after.UpdatedAt.After(before.UpdatedAt)), nil
}

func moveUpdated(ctx context.Context, k *desk) (string, error) {
	to, err := k.newFolder(ctx, k.procoreScratch, "moved to")
	if err != nil {
		return "", err
	}
	return k.touched(ctx, k.procoreScratch, "moved.txt", func(made *procore.File) error {
		_, err := k.procore.PatchFilesID(ctx, k.in, made.ID, procore.FileChange{ParentID: to.ID})
		return err
	})
}

func moveTouches(ctx context.Context, k *desk) (string, error) {
	to, err := k.newFolder(ctx, k.procoreScratch, "folder to")
	if err != nil {
		return "", err
	}
	folder, err := k.newFolder(ctx, k.procoreScratch, "folder moved")
	if err != nil {
		return "", err
	}
	return k.touched(ctx, folder.ID, "in it.txt", func(*procore.File) error {
		_, err := k.procore.PatchFoldersID(ctx, k.in, folder.ID, procore.FolderChange{Name: "folder moved", ParentID: to.ID})
		return err
	})
}

// touched answers whether a deed moves updated_at of a file that was made a second before.
func (k *desk) touched(ctx context.Context, in procore.ID, name string, do func(made *procore.File) error) (string, error) {
	made, err := k.newFile(ctx, in, name, "a file\n")
	if err != nil {
		return "", err
	}
	before, err := k.procore.GetFilesID(ctx, k.in, made.ID)
	if err != nil {
		return "", err
	}
	if err := k.doctor.pass(ctx); err != nil {
		return "", err
	}
	if err := do(made); err != nil {
		return "", err
	}
	after, err := k.procore.GetFilesID(ctx, k.in, made.ID)
	if err != nil {
		return "", err
	}
	return yes(after.UpdatedAt.After(before.UpdatedAt)), nil
}

func cycles(ctx context.Context, k *desk) (string, error) {
	outer, err := k.newFolder(ctx, k.procoreScratch, "outer")
	if err != nil {
		return "", err
	}
	inner, err := k.newFolder(ctx, outer.ID, "inner")
	if err != nil {
		return "", err
	}
	if k.in.ProjectID() == 0 {
		return "", errNothing("project")
	}
	// The client would try again what is answered 500.
	got, err := k.put(ctx, office.ProcoreService, http.MethodPatch, fmt.Sprintf("/rest/v1.0/folders/%s?project_id=%s", outer.ID, k.in.ProjectID()),
		fmt.Sprintf(`{"folder":{"name":"outer","parent_id":%s}}`, inner.ID), k.company())
	if err != nil {
		return "", err
	}
	return strconv.Itoa(got.status), nil
}

func uploadTwice(ctx context.Context, k *desk) (string, error) {
	up, err := k.procore.Upload(ctx, k.in, "upload.txt", aText())
	if err != nil {
		return "", err
	}
	if _, err := k.procore.PostFiles(ctx, k.in, procore.NewFile{ParentID: k.procoreScratch, Name: "first use.txt", Upload: up}); err != nil {
		return "", err
	}
	_, err = k.procore.PostFiles(ctx, k.in, procore.NewFile{ParentID: k.procoreScratch, Name: "second use.txt", Upload: up})
	if e, ok := errors.AsType[*procore.Error](err); ok && e.Status < 500 {
		return yes(false), nil
	}
	return yes(err == nil), err
}

func childTouches(ctx context.Context, k *desk) (string, error) {
	made, err := k.newFolder(ctx, k.procoreScratch, "touched")
	if err != nil {
		return "", err
	}
	before, err := k.procore.GetFoldersID(ctx, k.in, made.ID, procore.FolderQuery{})
	if err != nil {
		return "", err
	}
	if err := k.doctor.pass(ctx); err != nil {
		return "", err
	}
	if _, err := k.newFile(ctx, made.ID, "child.txt", "a file\n"); err != nil {
		return "", err
	}
	after, err := k.procore.GetFoldersID(ctx, k.in, made.ID, procore.FolderQuery{})
	if err != nil {
		return "", err
	}
	return yes(after.UpdatedAt.After(before.UpdatedAt)), nil
}

func contentsDeleted(ctx context.Context, k *desk) (string, error) {
	folder, err := k.newFolder(ctx, k.procoreScratch, "deleted")
	if err != nil {
		return "", err
	}
	file, err := k.newFile(ctx, folder.ID, "in it.txt", "a file\n")
	if err != nil {
		return "", err
	}
	if err := k.procore.DeleteFoldersID(ctx, k.in, folder.ID); err != nil {
		return "", err
	}
	found, err := k.procore.GetFilesID(ctx, k.in, file.ID)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "it is not shown", nil
	}
	if err != nil {
		return "", err
	}
	return yes(found.IsDeleted), nil
}

func restoreByMove(ctx context.Context, k *desk) (string, error) {
	folder, err := k.newFolder(ctx, k.procoreScratch, "restored")
	if err != nil {
		return "", err
	}
	if err := k.procore.DeleteFoldersID(ctx, k.in, folder.ID); err != nil {
		return "", err
	}
	_, err = k.procore.PatchFoldersID(ctx, k.in, folder.ID, procore.FolderChange{Name: "restored", ParentID: k.procoreScratch})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return yes(false), nil
	}
	return refused(err)
}
