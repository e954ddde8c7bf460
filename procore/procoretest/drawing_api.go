package procoretest

import (
	"net/http"
	"path"
	"strings"
	"time"
)

// drawingRoutes are the Drawings tool (section 10): files go in as uploads, and become revisions
// later. Nothing can be attached to a drawing that is there.
func drawingRoutes() []route {
	const uploads = "/rest/v1.1/projects/{project_id}/drawing_uploads"
	return []route{
		newRoute("GET "+projectPath+"drawing_revisions", byProject, Drawings, ReadOnly, listDrawings),
		newRoute("GET "+projectPath+"drawing_revisions/{id}", byProject, Drawings, ReadOnly, getDrawing),
		newRoute("GET "+projectPath+"drawing_areas", byProject, Drawings, ReadOnly, listAreas),
		newRoute("GET "+uploads, byProject, Drawings, ReadOnly, listDrawingUploads),
		newRoute("GET "+uploads+"/{id}", byProject, Drawings, ReadOnly, getDrawingUpload),
		newRoute("POST "+uploads, byProject, Drawings, Standard, createDrawingUpload),
	}
}

const (
	drawingKind       = "drawing_revision"
	drawingUploadKind = "drawing_upload"
	// drawingPace is how long an upload of drawings is worked on before its revisions are there.
	drawingPace = 10 * time.Second
)

// ready says whether the revisions of an upload are there.
func (c *call) ready(upload *record) bool {
	return c.drive().now().Sub(upload.created) >= drawingPace
}

// drawings are the revisions that are there.
func (c *call) drawings() []*record {
	var all []*record
	for _, upload := range c.place.records.list(drawingUploadKind, 0) {
		if c.ready(upload) {
			all = append(all, c.place.records.list(drawingKind, upload.id)...)
		}
	}
	return all
}

func (c *call) drawing(r *record) object {
	f := r.files[0]
	return object{
		"id": r.id, "title": r.title, "number": r.number, "drawing_date": r.date, "current": true,
		"pdf_url": c.procore.linkOf(f), "drawing_upload_id": r.parent, "updated_at": stamp(r.updated),
	}
}

func listDrawings(c *call) (*reply, error) {
	return list(c, c.drawings(), func(r *record) any { return c.drawing(r) })
}

func getDrawing(c *call) (*reply, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	for _, r := range c.drawings() {
		if r.id == id {
			return answer(http.StatusOK, c.drawing(r)), nil
		}
	}
	return nil, notFound()
}

func listAreas(c *call) (*reply, error) {
	return list(c, []string{"Architectural"}, func(name string) any { return object{"id": 1, "name": name} })
}

func (c *call) drawingUpload(r *record) object {
	status := "processing"
	if c.ready(r) {
		status = "completed"
	}
	imports := []object{}
	for _, one := range c.place.records.list(drawingKind, r.id) {
		imports = append(imports, object{"id": one.id, "filename": one.files[0].name, "drawing_date": one.date, "status": status})
	}
	return object{"id": r.id, "status": status, "created_at": stamp(r.created), "drawing_log_imports": imports}
}

func listDrawingUploads(c *call) (*reply, error) {
	return list(c, c.place.records.list(drawingUploadKind, 0), func(r *record) any { return c.drawingUpload(r) })
}

func getDrawingUpload(c *call) (*reply, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	r, err := c.place.records.find(drawingUploadKind, id)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.drawingUpload(r)), nil
}

func createDrawingUpload(c *call) (*reply, error) {
	in := c.params.in("drawing_upload")
	imports := in.list("drawing_log_imports")
	if in.text("drawing_set_id") == "" || len(imports) == 0 {
		return nil, badField("drawing_upload", "needs a drawing_set_id and drawing_log_imports")
	}
	var files []*stored
	for _, one := range imports {
		with := asParams(one)
		if with.text("drawing_date") == "" || with.text("default_revision") == "" {
			return nil, badField("drawing_log_imports", "need a drawing_date and a default_revision")
		}
		f, err := c.uploaded(with.text("upload_uuid"), "")
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(path.Ext(f.name), ".pdf") {
			return nil, badField("drawing_log_imports", "must be PDF files")
		}
		files = append(files, f)
	}
	return answer(http.StatusCreated, c.drawingUpload(c.takeDrawings(imports, files))), nil
}

func (c *call) takeDrawings(imports []any, files []*stored) *record {
	d, now := c.drive(), c.drive().now()
	upload := &record{id: d.next(drawingUploadKind), kind: drawingUploadKind, by: c.user}
	c.place.records.add(upload, now)
	d.tellOf(c.user, c.place, "Drawing Uploads", upload.id, created)
	for i, f := range files {
		c.place.records.add(&record{
			id: d.next(drawingKind), kind: drawingKind, title: strings.TrimSuffix(f.name, path.Ext(f.name)), parent: upload.id,
			date: asParams(imports[i]).text("drawing_date"), by: c.user, files: files[i : i+1],
		}, now)
	}
	return upload
}
