package boxtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// downloadLife is how long the address of a download is good (section 1).
const downloadLife = 15 * time.Minute

func downloadRoutes() []route {
	return []route{
		newRoute("GET /2.0/files/{file_id}/content", apiOrigin, needDownload, download),
		streamed(newRoute("GET /d/1/{ticket}/download", downloadOrigin, needNothing, serveContent)),
	}
}

// download sends the client on to a signed address on another host (section 1).
func download(c *call) (*reply, error) {
	it, err := c.viaLink(fileKind)
	if err != nil {
		return nil, err
	}
	if c.request.Header.Get("BoxApi") == "" && !c.view().d.rights(c.user, it).download {
		return nil, forbidden()
	}
	if it.lock.holds(c.box.drive.now()) && it.lock.noDownload && it.lock.by != c.user {
		return nil, refuse(http.StatusForbidden, "access_denied_item_locked", "The item is locked")
	}
	if c.box.options.Switches.NotesUnreadable && it.extension() == "boxnote" {
		return nil, forbidden()
	}
	v := it.current()
	if wanted := c.query.Get("version"); wanted != "" {
		if v, err = it.version(wanted); err != nil {
			return nil, err
		}
	}
	if v.asked++; v.asked <= c.box.options.NotReady {
		return later(http.StatusAccepted, time.Second), nil
	}
	c.box.drive.emit(c.user, eventDownload, it)
	r := answer(http.StatusFound, nil)
	r.header.Set("Location", c.box.options.URLs.Download+"/d/1/"+c.box.ticket(it.id, v.id)+"/download")
	return r, nil
}

// ticket is a signed address: file, version and the end of its life.
func (b *Box) ticket(fileID, versionID string) string {
	text := fileID + "." + versionID + "." + strconv.FormatInt(b.clock.Now().Add(downloadLife).Unix(), 10)
	return text + "." + b.sign(text)
}

func (b *Box) sign(text string) string {
	mac := hmac.New(sha256.New, []byte(b.options.ClientSecret))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// serveContent is the host of downloads. It looks at the signature only: a bearer token that a client
// sends along counts for nothing.
func serveContent(c *call) (*reply, error) {
	v, name, err := c.ticketVersion()
	if err != nil {
		return nil, err
	}
	from, to, part, err := fake.ParseRange(c.request.Header.Get("Range"), v.blob.Size())
	if err != nil {
		p := refuse(http.StatusRequestedRangeNotSatisfiable, "requested_range_not_satisfiable", "%v", err)
		p.header = http.Header{"Content-Range": {fmt.Sprintf("bytes */%d", v.blob.Size())}}
		p.empty = !c.box.options.Switches.RangeBody
		return nil, p
	}
	content, err := v.blob.Open()
	if err != nil {
		return nil, err
	}
	if _, err := content.Seek(from, io.SeekStart); err != nil {
		content.Close()
		return nil, err
	}
	r := answer(http.StatusOK, nil)
	r.content, r.length = content, to-from
	r.header.Set("Content-Type", "application/octet-stream")
	r.header.Set("Accept-Ranges", "bytes")
	r.header.Set("Content-Disposition", "attachment;filename*=UTF-8''"+url.PathEscape(name))
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		r.header.Set("Content-Type", kind)
	}
	if part {
		r.status = http.StatusPartialContent
		r.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, v.blob.Size()))
	}
	return r, nil
}

func (c *call) ticketVersion() (*version, string, error) {
	parts := strings.Split(c.ids["ticket"], ".")
	if len(parts) != 4 {
		return nil, "", notFound()
	}
	text := strings.Join(parts[:3], ".")
	if !hmac.Equal([]byte(c.box.sign(text)), []byte(parts[3])) {
		return nil, "", refuse(http.StatusForbidden, "forbidden", "The address is not signed")
	}
	end, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || c.box.clock.Now().Unix() > end {
		return nil, "", refuse(http.StatusForbidden, "forbidden", "The address has expired")
	}
	c.box.lock()
	defer c.box.unlock()
	it := c.box.drive.items[key{fileKind, parts[0]}]
	if it == nil {
		return nil, "", notFound()
	}
	v, err := it.version(parts[1])
	return v, it.name, err
}
