package boxtest

import "maps"

// A metadata is one instance: a set of values on a file or a folder (section 9).
type metadata struct {
	id       string
	scope    string
	template string
	version  int
	values   map[string]any
	parent   *item
}

func metadataKey(scope, template string) string { return scope + "/" + template }

// addMetadata sets an instance. A second one of the same template is refused.
func (d *drive) addMetadata(u *user, it *item, scope, template string, values map[string]any) (*metadata, error) {
	if !d.rights(u, it).rename {
		return nil, forbidden()
	}
	k := metadataKey(scope, template)
	if it.metadata[k] != nil {
		return nil, refuse(409, "tuple_already_exists", "Tuple already exists")
	}
	if it.metadata == nil {
		it.metadata = map[string]*metadata{}
	}
	d.lastLock++
	m := &metadata{
		id: "01234500-12f1-1234-aa12-" + padded(d.lastLock), scope: scope, template: template,
		values: values, parent: it,
	}
	it.metadata[k] = m
	d.metadataChanged(u, it)
	return m, nil
}

// changeMetadata replaces the values of an instance.
func (d *drive) changeMetadata(u *user, m *metadata, values map[string]any) error {
	if !d.rights(u, m.parent).rename {
		return forbidden()
	}
	m.values = values
	m.version++
	d.metadataChanged(u, m.parent)
	return nil
}

func (d *drive) removeMetadata(u *user, m *metadata) error {
	if !d.rights(u, m.parent).rename {
		return forbidden()
	}
	delete(m.parent.metadata, metadataKey(m.scope, m.template))
	d.metadataChanged(u, m.parent)
	return nil
}

func (d *drive) metadataChanged(u *user, it *item) {
	if d.rules.MetadataRaisesETag {
		it.touch(u, d.now())
	}
}

func (m *metadata) view() object {
	view := object{
		"$id": m.id, "$type": m.template, "$parent": string(m.parent.kind) + "_" + m.parent.id,
		"$scope": m.scope, "$template": m.template, "$version": m.version, "$typeVersion": 0, "$canEdit": true,
	}
	maps.Copy(view, m.values)
	return view
}
