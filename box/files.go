package box

import "context"

// GetFilesID returns a file that is not in the trash. It fails with fs.ErrNotExist if there is none
// with that ID, if the user may not see it, and if it is in the trash; the code of the last is
// CodeTrashed. Box does not tell the first two apart.
func (c *Client) GetFilesID(ctx context.Context, id string) (*Item, error) {
	return c.getItem(ctx, TypeFile, id)
}

// PutFilesID renames or moves a file, or both. A taken name is fs.ErrExist.
func (c *Client) PutFilesID(ctx context.Context, id string, ch Change) (*Item, error) {
	return c.putItem(ctx, TypeFile, id, ch)
}

// PostFilesIDCopy copies a file without its bytes passing through us. An empty name keeps that of
// the original, an empty versionID means its current version. A taken name is fs.ErrExist.
func (c *Client) PostFilesIDCopy(ctx context.Context, id, versionID, parentID, name string) (*Item, error) {
	body := map[string]any{}
	if versionID != "" {
		body["version"] = versionID
	}
	return c.copyItem(ctx, TypeFile, id, body, parentID, name)
}

// DeleteFilesID moves a file to the trash, or removes it for good where the enterprise has none. With
// ifMatch set the file must still have that ETag, else the error is syncer.ErrStale.
func (c *Client) DeleteFilesID(ctx context.Context, id, ifMatch string) error {
	return c.deleteItem(ctx, TypeFile, id, ifMatch, nil)
}
