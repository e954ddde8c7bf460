package procore

import (
	"context"
	"io"
	"net/http"
)

// GetRFIsIDPDF reads an RFI as a document, which Procore renders now: its bytes differ each time, and
// its size is not known. A cut ends it with an error. The RFI that is not to be seen is fs.ErrNotExist.
func (c *Client) GetRFIsIDPDF(ctx context.Context, project, id ID) (io.ReadCloser, error) {
	if err := inProject(project, "RFI", id); err != nil {
		return nil, err
	}
	return c.rendered(ctx, "render RFI "+id.String(), rfis(project, id.String()+".pdf"))
}

// GetSubmittalsIDPDF reads a submittal as a document. The rest is as with GetRFIsIDPDF.
func (c *Client) GetSubmittalsIDPDF(ctx context.Context, project, id ID) (io.ReadCloser, error) {
	if err := inProject(project, "submittal", id); err != nil {
		return nil, err
	}
	return c.rendered(ctx, "render submittal "+id.String(), submittals(project, id.String()+".pdf"))
}

// rendered reads what a resource of Procore redirects to.
func (c *Client) rendered(ctx context.Context, op, at string) (io.ReadCloser, error) {
	for again := true; ; again = false {
		resp, err := c.fetch(ctx, op, NewLink(c.options.Bases.API+at), http.Header{})
		if err == nil {
			return resp.Body, nil
		}
		if !again || !expired(err) {
			return nil, err
		}
	}
}
