package box

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// SharedLink is a link under which others reach an item. Its URLs open the item for everybody whom
// EffectiveAccess names, so they belong neither in logs nor in errors.
type SharedLink struct {
	URL         string `json:"url"`
	DownloadURL string `json:"download_url"`
	VanityURL   string `json:"vanity_url"`
	// Access is "open", "company" or "collaborators"; EffectiveAccess is what it comes to.
	Access              string    `json:"access"`
	EffectiveAccess     string    `json:"effective_access"`
	EffectivePermission string    `json:"effective_permission"`
	IsPasswordEnabled   bool      `json:"is_password_enabled"`
	UnsharedAt          time.Time `json:"unshared_at,omitzero"`
}

// Format says that there is a link, and not which, for every verb.
func (l SharedLink) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "shared link ("+l.EffectiveAccess+")")
}

// LogValue says what Format writes.
func (l SharedLink) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(l)) }

// GetSharedItems returns the file or folder that a shared link leads to. password is empty where the
// link needs none.
func (c *Client) GetSharedItems(ctx context.Context, link, password string) (*Item, error) {
	if u, err := url.Parse(link); err != nil || u.Scheme == "" || u.Host == "" {
		return nil, invalid("shared item: link is no URL")
	}
	value := "shared_link=" + link // as it is, not escaped
	if password != "" {
		value += "&shared_link_password=" + password
	}
	item := new(Item)
	err := c.do(ctx, call{
		op: "read shared item", method: http.MethodGet, path: "/shared_items", query: with(listFields),
		header: http.Header{"Boxapi": {value}},
	}, item)
	return orNil(item, err)
}
