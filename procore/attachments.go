package procore

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/procorebox/procorebox/syncer"
)

// Attachment is a file of a record. Procore tells neither its size nor a digest.
type Attachment struct {
	// ID is that of the stored contents (prostore file): other contents have another one.
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// URL is where the contents are right now.
	URL Link `json:"url"`
}

// UnmarshalJSON reads the forms of several tools: names come as "name" or as "filename".
func (a *Attachment) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID           ID   `json:"id"`
		AttachmentID ID   `json:"attachment_id"`
		Name         Text `json:"name"`
		Filename     Text `json:"filename"`
		URL          Link `json:"url"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*a = Attachment{ID: wire.ID, Name: string(wire.Name), URL: wire.URL}
	if wire.AttachmentID != 0 {
		a.ID = wire.AttachmentID
	}
	if a.Name == "" {
		a.Name = string(wire.Filename)
	}
	return nil
}

// GetRFIAttachment reads an attachment of an RFI, which is read just before for its link.
func (c *Client) GetRFIAttachment(ctx context.Context, project, rfi, id ID) (io.ReadCloser, error) {
	return c.attachment(ctx, id, func(ctx context.Context) ([]Attachment, error) {
		r, err := c.GetRFIsID(ctx, project, rfi)
		if err != nil {
			return nil, err
		}
		return r.Attachments(), nil
	})
}

// GetSubmittalAttachment reads an attachment of a submittal, which is read just before for its link.
func (c *Client) GetSubmittalAttachment(ctx context.Context, project, submittal, id ID) (io.ReadCloser, error) {
	return c.attachment(ctx, id, func(ctx context.Context) ([]Attachment, error) {
		s, err := c.GetSubmittalsID(ctx, project, submittal)
		if err != nil {
			return nil, err
		}
		return s.Attachments(), nil
	})
}

func (c *Client) attachment(ctx context.Context, id ID, record func(context.Context) ([]Attachment, error)) (io.ReadCloser, error) {
	op := "download attachment " + id.String()
	return c.GetLink(ctx, op, Download{}, func(ctx context.Context) (Link, error) {
		all, err := record(ctx)
		if err != nil {
			return Link{}, err
		}
		for _, a := range all {
			if a.ID == id {
				return a.URL, nil
			}
		}
		return Link{}, fmt.Errorf("%s: the record does not have it any more: %w", op, syncer.ErrStale)
	})
}
