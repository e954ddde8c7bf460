package doctor

import (
	"context"
	"errors"
	"io/fs"
	"iter"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// procore looks at the account of Procore, and reports whether it is worth asking anything else.
func (d *Doctor) procore(ctx context.Context) (all []Finding, answers bool) {
	all = []Finding{d.signedIn(ctx, office.ProcoreService)}
	if !Healthy(all) {
		return all, false
	}
	const about = "procore: account"
	p, err := d.office.Procore(ctx)
	if err != nil {
		return append(all, fail(about, "", "%v", err)), false
	}
	companies, err := p.Companies(ctx)
	closed := errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)
	switch {
	case closed:
		return append(all, fail(about, "look at PROCORE_COMPANY_ID; an app must be installed and connected in the company", "%v", err)), true
	case err != nil:
		return append(all, fail(about, silent(office.ProcoreService, err, "PROCORE_BASE and PROCORE_COMPANY_ID"), "%v", err)), false
	case len(companies) == 0:
		const do = "an administrator of Procore must add the account, or install the app, in the company"
		return append(all, fail(about, do, "the account belongs to no company: nothing can be synced")), true
	}
	belongs := fine(about, "belongs to %d companies", len(companies))
	if len(companies) == 1 {
		belongs.Found = "belongs to 1 company"
	}
	return append(all, belongs, fine("procore: scopes",
		"Procore has none: an app may do what its account may do in each tool, as is told below for each link")), true
}

// inProcore looks at what the account may do in each tool of a Link.
func (d *Doctor) inProcore(ctx context.Context, l mapping.Link) []Finding {
	p, err := d.office.Procore(ctx)
	if err != nil {
		return []Finding{fail(l.Name, "", "%v", err)}
	}
	client, err := p.Company(l.Company)
	if err != nil {
		return []Finding{fail(l.Name, "", "%v", err)}
	}
	all := []Finding{d.whose(ctx, p, client, l)}
	if !Healthy(all) {
		return all
	}
	for _, t := range l.Tools {
		all = append(all, d.tool(ctx, client, l, t))
	}
	all = append(all, d.bin(ctx, client, l)...)
	return append(all, d.procoreHooks(ctx, client, l)...)
}

// whose asks whether the account is known in the company.
func (d *Doctor) whose(ctx context.Context, p *office.Procore, client *procore.Client, l mapping.Link) Finding {
	about := l.Name + ": company"
	me, err := p.Me(ctx, client)
	if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
		return fail(about, "", "%v", err)
	}
	if err != nil {
		return fail(about, `"procorebox companies" lists what the account sees; an app must be installed and connected there`,
			"company %s is closed to the account, so nothing of the link is synced: %v", l.Company, err)
	}
	return fine(about, "%s is %s (%s) in company %s", "the account", me.Name, me.Login, l.Company)
}

// tool asks for the first page of a tool.
func (d *Doctor) tool(ctx context.Context, c *procore.Client, l mapping.Link, t mapping.Tool) Finding {
	about := l.Name + ": " + string(t) + " in Procore"
	in, err := office.ScopeOf(l)
	if err != nil {
		return fail(about, "", "%v", err)
	}
	switch t {
	case mapping.Documents:
		err = first(c.GetDocuments(ctx, in, procore.DocumentQuery{PageSize: 1}))
	case mapping.Photos:
		err = first(c.GetImages(ctx, in, procore.ImageQuery{PageSize: 1}))
	case mapping.RFIs:
		err = first(c.GetRFIs(ctx, in.ProjectID(), procore.RecordQuery{}))
	case mapping.Submittals:
		err = first(c.GetSubmittals(ctx, in.ProjectID(), procore.RecordQuery{}))
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fail(about, "an administrator must turn the tool on in the project and give the account a right in it (Admin, if deletes are to be carried over)",
			"may not be read: without that %s of %s are not synced; what is in Box stays", t, l.Target())
	case errors.Is(err, fs.ErrNotExist):
		return fail(about, "the account must be in the directory of the project; an app must have the project among its permitted ones",
			"%s is not visible: nothing of it is synced; what is in Box stays", l.Target())
	case err != nil:
		return fail(about, "", "%v", err)
	case t.Records() || l.Rules.Direction(t) == mapping.ToBox:
		return fine(about, "may be read, and is not written")
	}
	return d.written(ctx, about, l, t)
}

// written tells whether a tool that can be read may be written. Procore answers that to a write alone, so it
// is what became of the last ones.
func (d *Doctor) written(ctx context.Context, about string, l mapping.Link, t mapping.Tool) Finding {
	for x, err := range d.office.Troubles(ctx, l.Name) {
		switch {
		case err != nil:
			return warn(about, "", "may be read; what became of the last writes cannot be told: %v", err)
		case x.Tool == t && x.On == office.ProcoreService && (x.Cause == syncer.CausePermission || x.Cause == syncer.CauseReadOnly):
			return fail(about, "an administrator must give the account Standard in the tool, and Admin if deletes are to be carried over",
				"may be read, but Procore has refused to write %q: what it refuses does not reach Procore, and stays in Box", x.Path)
		}
	}
	return fine(about, "may be read; what may be written Procore tells only to a write, and it has refused none that is still to be done; %s", needs(t, l))
}

// needs says what writing a tool takes and what it costs to be without.
func needs(t mapping.Tool, l mapping.Link) string {
	text := "Admin in the tool suffices for all, and for what Standard does no document tells: without the right to make and to change nothing new of Box " +
		"reaches Procore"
	if l.Rules.DeletesIn(t) {
		text += ", without that to delete no delete of Box does"
	} else {
		text += "; deletes are not carried over"
	}
	if t == mapping.Documents {
		text += "; --settle-facts --write tries all of them"
	}
	return text
}

// first reads the first of a list.
func first[T any](all iter.Seq2[T, error]) error {
	for _, err := range all {
		return err
	}
	return nil
}

// bin asks whether the account sees the recycle bin of the documents.
func (d *Doctor) bin(ctx context.Context, c *procore.Client, l mapping.Link) []Finding {
	in, err := office.ScopeOf(l)
	if err != nil || l.Tools[0] != mapping.Documents {
		return nil
	}
	about := l.Name + ": recycle bin in Procore"
	top, err := c.GetFolders(ctx, in, procore.FolderQuery{NoFiles: true})
	if err != nil {
		return nil // the tool says it
	}
	for _, f := range top.Folders {
		if f.IsRecycleBin {
			return []Finding{fine(about, "can be seen: a delete in Procore is proved by it")}
		}
	}
	return []Finding{warn(about, `an administrator must give the account Admin in Documents, or the right "See Recycle Bin"`,
		"cannot be seen: what is deleted in Procore looks like what was hidden, and is not deleted in Box")}
}
