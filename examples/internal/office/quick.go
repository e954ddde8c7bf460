package office

import (
	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// What follows are file systems of fakes, which settle sooner than the real ones.

type quickBox struct {
	*box.FileSystem
	office *Office
}

// Info implements syncer.Reader.
func (q quickBox) Info() syncer.Info { return q.office.sooner(q.FileSystem.Info()) }

type quickDocuments struct {
	*procore.Documents
	office *Office
}

// Info implements syncer.Reader.
func (q quickDocuments) Info() syncer.Info { return q.office.sooner(q.Documents.Info()) }

type quickPhotos struct {
	*procore.Photos
	office *Office
}

// Info implements syncer.Reader.
func (q quickPhotos) Info() syncer.Info { return q.office.sooner(q.Photos.Info()) }

func (o *Office) sooner(i syncer.Info) syncer.Info {
	i.Settle = *o.settings.Settle
	return i
}
