package procoretest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// mostRevisions is how many versions of a file REST v2 tells.
const mostRevisions = 20

func documentV2Routes() []route {
	project := "/rest/v2.0/companies/{company_id}/projects/{project_id}"
	company := "/rest/v2.0/companies/{company_id}"
	older := "/rest/v2.0/projects/{project_id}"
	read := func(path string, s scope, h handler) route {
		return newRoute("GET "+path, s, Documents, ReadOnly, h)
	}
	return []route{
		read(project+"/documents", byCompany, listDocumentsV2),
		read(company+"/documents", byCompany, listDocumentsV2),
		read(older+"/documents", byProject, listDocumentsV2),
		read(project+"/folders", byCompany, listChildrenV2),
		read(company+"/folders", byCompany, listChildrenV2),
		read(project+"/folders/{id}", byCompany, listChildrenV2),
		read(company+"/folders/{id}", byCompany, listChildrenV2),
		read(project+"/documents/{id}/revisions", byCompany, listRevisions),
		read(company+"/documents/{id}/revisions", byCompany, listRevisions),
		read(older+"/documents/{id}/revisions", byProject, listRevisions),
	}
}

// listDocumentsV2 is the flat index of REST v2 (section 4.3): ids are texts, and there are no paths.
func listDocumentsV2(c *call) (*reply, error) { return c.listV2(c.place.cabinet.all, false) }

// listChildrenV2 lists what is right below a folder, folders and files together. With a filter it can
// be told to look at everything below.
func listChildrenV2(c *call) (*reply, error) {
	folder := c.place.cabinet.root
	if c.ids["id"] != "" {
		var err error
		if folder, err = c.document(folderKind); err != nil {
			return nil, err
		}
	}
	if c.asks("include_descendants") && c.filtered() {
		var below []*item
		for it := range folder.subtree() {
			if it != folder {
				below = append(below, it)
			}
		}
		return c.listV2(below, true)
	}
	return c.listV2(folder.shelf.sorted(), true)
}

// filtered says whether the query has a filter.
func (c *call) filtered() bool {
	return slices.ContainsFunc(keys(c.query), func(name string) bool { return strings.HasPrefix(name, "filters[") })
}

func (c *call) listV2(from []*item, uncapped bool) (*reply, error) {
	compact := false
	switch c.query.Get("view") {
	case "", "normal", "web_normal":
	case "sync_compact":
		compact = true
	default:
		return nil, badField("view", "is invalid")
	}
	f, err := c.indexFilter()
	if err != nil {
		return nil, err
	}
	f.rules.RecycledLeftOut = true
	order, err := orderV2(c.query.Get("sort"))
	if err != nil {
		return nil, err
	}
	var all []*item
	for _, it := range from {
		left := it.kind == folderKind && c.asks("exclude_folders") || it.kind == fileKind && c.asks("exclude_files")
		if !left && f.takes(it) && it.cabinet.sees(c.user, it) {
			all = append(all, it)
		}
	}
	if order != nil {
		slices.SortStableFunc(all, order)
	}
	c.uncapped = uncapped
	v := c.view()
	return list(c, all, func(it *item) any { return v.itemV2(it, compact) })
}

// orderV2 reads a list of fields with commas, each with a minus to reverse it; nil without any.
func orderV2(text string) (func(a, b *item) int, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // as it is
	}
	var all []func(a, b *item) int
	for one := range strings.SplitSeq(text, ",") {
		name, falling := strings.CutPrefix(one, "-")
		order := map[string]func(a, b *item) int{
			"updated_at":    func(a, b *item) int { return a.updated.Compare(b.updated) },
			"created_at":    func(a, b *item) int { return a.created.Compare(b.created) },
			"name":          byName,
			"document_type": func(a, b *item) int { return cmp.Compare(a.kind, b.kind) },
			"created_by":    func(a, b *item) int { return cmp.Compare(makerName(a), makerName(b)) },
		}[name]
		if order == nil {
			return nil, badField("sort", "is invalid")
		}
		if falling {
			rising := order
			order = func(a, b *item) int { return rising(b, a) }
		}
		all = append(all, order)
	}
	return func(a, b *item) int {
		for _, order := range all {
			if c := order(a, b); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.id, b.id)
	}, nil
}

func makerName(it *item) string {
	if it.by == nil {
		return ""
	}
	return it.by.Name
}

// itemV2 is a document as REST v2 shows it.
func (v viewer) itemV2(it *item, compact bool) object {
	o := object{
		"id": fmt.Sprint(it.id), "name": it.name, "parent_id": textID(v.d.shownParent(it)),
		"created_at": stamp(it.created), "created_by": it.by.text(), "updated_at": stamp(it.updated),
		"read_only": it.readOnly(), "is_deleted": v.d.shownDeleted(it), "is_recycle_bin": it.isBin(),
		"document_type": it.kind, "is_tracked": it.tracked, "private": it.private, "tracked_folder": nil,
		"custom_fields": v.custom(it),
	}
	if !compact {
		o["has_private_ancestor"] = v.privateFolder(it) != nil
	}
	if at := it.nearest(func(at *item) bool { return at.tracked && at.kind == folderKind }); at != nil {
		o["tracked_folder"] = object{"id": fmt.Sprint(at.id), "name": at.name}
	}
	if it.kind == fileKind {
		o["file"] = v.fileV2(it)
		return o
	}
	o["children"] = object{
		"has_children": len(v.children(it)) > 0, "has_children_files": v.has(it, fileKind),
		"has_children_folders": v.has(it, folderKind),
	}
	return o
}

func textID(it *item) any {
	if it == nil {
		return nil
	}
	return fmt.Sprint(it.id)
}

func (v viewer) fileV2(it *item) object {
	now := it.current()
	f := object{
		"checked_out_by": nil, "checked_out_until": nil, "description": it.description, "file_type": fileType(it.name),
		"current_version": object{
			"id": fmt.Sprint(now.id), "file_id": fmt.Sprint(it.id), "number": now.number, "notes": now.notes,
			"size": now.stored.blob.Size(), "created_at": stamp(now.made), "created_by": now.by.text(),
			"url": v.p.linkOf(now.stored),
		},
	}
	if by := it.heldBy(v.d.now()); by != nil {
		f["checked_out_by"], f["checked_out_until"] = by.text(), stamp(it.until)
	}
	return f
}

// listRevisions tells the newest versions of a file (section 4.3).
func listRevisions(c *call) (*reply, error) {
	it, err := c.document(fileKind)
	if err != nil {
		return nil, err
	}
	newest := slices.Clone(it.versions)
	slices.Reverse(newest)
	newest = newest[:min(mostRevisions, len(newest))]
	v := c.view()
	return list(c, newest, func(ver *version) any {
		return object{
			"id": fmt.Sprint(ver.id), "prostore_id": fmt.Sprint(ver.stored.id), "url": v.p.linkOf(ver.stored),
			"file_id": fmt.Sprint(it.id), "file_name": ver.stored.name, "file_size": ver.stored.blob.Size(),
			"file_version": ver.number, "file_type": fileType(ver.stored.name), "created_by": ver.by.text(),
			"created_at": stamp(ver.made),
		}
	})
}
