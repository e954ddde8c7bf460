package procore

import (
	"context"
	"iter"
	"net/http"
)

// What lies in the recycle bin of Documents is in the flat index: see DocumentQuery.Bin. Photos have no
// listing of theirs.

// GetRFIsRecycleBin yields the RFIs that lie in the recycle bin. Updated of the query bounds when they
// went there, as far as Procore moves the time then; accounts that may not see the bin get
// fs.ErrPermission or nothing.
func (c *Client) GetRFIsRecycleBin(ctx context.Context, project ID, q RecordQuery) iter.Seq2[RFI, error] {
	if err := checkID("project", project); err != nil {
		return failed[RFI](err)
	}
	return pages[RFI](ctx, c.Account, call{
		op: "list deleted RFIs of project " + project.String(), method: http.MethodGet, path: rfis(project, "recycle_bin"), query: q.values(),
	}, pageSize)
}

// GetSubmittalsRecycleBin yields the submittals that lie in the recycle bin. The rest is as with
// GetRFIsRecycleBin.
func (c *Client) GetSubmittalsRecycleBin(ctx context.Context, project ID, q RecordQuery) iter.Seq2[Submittal, error] {
	if err := checkID("project", project); err != nil {
		return failed[Submittal](err)
	}
	return pages[Submittal](ctx, c.Account, call{
		op: "list deleted submittals of project " + project.String(), method: http.MethodGet, path: submittals(project, "recycle_bin"), query: q.values(),
	}, pageSize)
}
