package procoretest

import (
	"errors"
	"fmt"
	"net/http"
)

func fileRoutes() []route {
	var all []route
	for _, two := range [][]route{
		bothLevels("POST", "/files", Standard, createFile),
		bothLevels("GET", "/files/{id}", ReadOnly, showFile),
		bothLevels("PATCH", "/files/{id}", Standard, editFile),
		bothLevels("DELETE", "/files/{id}", Admin, deleteFile),
	} {
		all = append(all, two...)
	}
	return all
}

// createFile takes contents from an upload, or from the request itself, which is older (section 4.5).
func createFile(c *call) (*reply, error) {
	p := c.params.in("file")
	w, err := wantedOf(p)
	if err != nil {
		return nil, err
	}
	content, err := c.content(p)
	if err != nil {
		return nil, err
	}
	if content == nil {
		return nil, badField("upload_uuid", "can't be blank")
	}
	if w.name == "" {
		w.name = content.name
	}
	it, err := c.drive().createFile(c.user, c.place, w, content)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.view().file(it, false)), nil
}

// content is what a request brings or what it names: file[data] or file[upload_uuid], nil for neither.
// It is used up only once the write is made.
func (c *call) content(p params) (*supply, error) {
	if file := p.part("data"); file != nil {
		return file.supply(), nil
	}
	if uuid := p.text("upload_uuid"); uuid != "" {
		return c.upload(uuid)
	}
	return nil, nil //nolint:nilnil // not given
}

func showFile(c *call) (*reply, error) {
	it, err := c.document(fileKind)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().file(it, c.asks("show_latest_version_only"))), nil
}

func editFile(c *call) (*reply, error) {
	it, err := c.document(fileKind)
	if err != nil {
		return nil, err
	}
	p := c.params.in("file")
	ch, err := changeOf(p)
	if err != nil {
		return nil, err
	}
	if p.has("checked_out_until") {
		until := p.time("checked_out_until")
		ch.checkOut = &until
	}
	if ch.content, err = c.content(p); err != nil {
		return nil, err
	}
	if err := c.drive().edit(c.user, it, ch); err != nil {
		return nil, c.held(err)
	}
	return answer(http.StatusOK, c.view().file(it, false)), nil
}

func deleteFile(c *call) (*reply, error) {
	done, err := c.remove(fileKind)
	return done, c.held(err)
}

// A heldProblem says that somebody else has a file checked out.
type heldProblem struct {
	by *user
	it *item
}

func (p *heldProblem) Error() string { return p.message() }

func (p *heldProblem) message() string {
	return fmt.Sprintf("This file is currently checked out by %s so a new revision cannot be added", p.by.Name)
}

// held turns a check-out by somebody else into the answer that Procore gives (section 4.5).
func (c *call) held(err error) error {
	by, ok := errors.AsType[*heldProblem](err)
	if !ok {
		return err
	}
	p := conflict("base", "%s", by.message())
	p.more = object{"error_type": "FileIsCheckedOut", "file": c.view().file(by.it, false)}
	return p
}
