package procoretest

// What happens to a thing, as webhooks call it.
const (
	created happening = "create"
	updated happening = "update"
	deleted happening = "delete"
)

type happening string

// news is something that happened, for whoever tells it on: resource is a name as in section 11.3.
type news struct {
	resource string
	id       int64
	what     happening
	at       *place
	by       *user
	app      string // client id, "" in the browser
}

// tell notes that something happened. It is told on when the lock is released.
func (d *drive) tell(n news) {
	n.app = d.app
	d.outbox = append(d.outbox, n)
}

// tellOf tells of a record of a tool.
func (d *drive) tellOf(u *user, at *place, resource string, id int64, what happening) {
	d.tell(news{resource: resource, id: id, what: what, at: at, by: u})
}

// tellItem tells of a document. The names of the resources differ by level (section 11.3).
func (d *drive) tellItem(u *user, it *item, what happening) {
	resource := "Project "
	if it.cabinet.place.project == nil {
		resource = "Company "
	}
	if it.kind == fileKind {
		resource += "Files"
	} else {
		resource += "Folders"
	}
	d.tell(news{resource: resource, id: it.id, what: what, at: it.cabinet.place, by: u})
}

// tellTree tells of a document, and if that is wanted of all below it.
func (d *drive) tellTree(u *user, it *item, what happening, all bool) {
	if !all {
		d.tellItem(u, it, what)
		return
	}
	for at := range it.subtree() {
		d.tellItem(u, at, what)
	}
}

// tellVersion tells of a new version of a file. Which resources have news then is not known
// (section 17, item 4).
func (d *drive) tellVersion(u *user, it *item, v *version) {
	if d.rules.VersionsNotTold {
		return
	}
	resource := "Project File Versions"
	if it.cabinet.place.project == nil {
		resource = "Company File Versions"
	}
	d.tell(news{resource: resource, id: v.id, what: created, at: it.cabinet.place, by: u})
	if d.rules.VersionsToldTwice {
		d.tell(news{resource: "File Versions", id: v.id, what: created, at: it.cabinet.place, by: u})
	}
}
