package box

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Download says what of a file GetFilesIDContent shall read. The zero value is all of what is current.
type Download struct {
	// VersionID is an older version; empty means what is current.
	VersionID string
	// Offset is the first byte. Length is how many are wanted; 0 means up to the end.
	Offset, Length int64
	// Size of the whole contents, if it is known and not 0.
	Size int64
	// Digest of the whole contents, if it is known. It is verified when everything was read.
	Digest syncer.Digest
}

// GetFilesIDContent reads contents. A file that is so new that Box does not have it ready is waited
// for. What Box redirects to is read without the token, under an address that appears in no log and
// no error. If the connection is cut the download goes on where it was, where Download says enough to
// be sure that it goes on with the same contents; it ends with io.EOF only if all has come. Contents
// that are not as Download says end with syncer.ErrStale.
//
// It fails with fs.ErrNotExist if the file is not visible, or in the trash. ctx is that of the whole
// download.
func (c *Client) GetFilesIDContent(ctx context.Context, id string, d Download) (io.ReadCloser, error) {
	if err := checkID("file", id); err != nil {
		return nil, err
	}
	if d.VersionID != "" {
		if err := checkID("version", d.VersionID); err != nil {
			return nil, err
		}
	}
	op := "download file " + id
	return (&connect.Download{
		Op: op, Offset: d.Offset, Length: d.Length, Size: d.Size, Digest: d.Digest, Named: d.VersionID != "",
		Get: func(ctx context.Context, header http.Header) (*http.Response, error) {
			wire, err := call{
				op: op, method: http.MethodGet, path: path(TypeFile, id) + "/content",
				query: with("", "version", d.VersionID), header: header, pending: []int{http.StatusAccepted},
			}.connect()
			if err != nil {
				return nil, err
			}
			wire.Follow = 3 // one is what Box documents
			return c.conn.Do(ctx, wire)
		},
		Beyond: func(err error) bool {
			refusal, ok := errors.AsType[*Error](err)
			return ok && refusal.Status == http.StatusRequestedRangeNotSatisfiable
		},
	}).Open(ctx)
}
