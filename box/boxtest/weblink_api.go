package boxtest

import (
	"net/http"
	"net/url"
)

func webLinkRoutes() []route {
	return []route{
		newRoute("POST /2.0/web_links", apiOrigin, needUpload, createWebLink),
		newRoute("GET /2.0/web_links/{web_link_id}", apiOrigin, needRead, getItem(webLinkKind)),
		newRoute("PUT /2.0/web_links/{web_link_id}", apiOrigin, needRename, putItem(webLinkKind)),
		newRoute("DELETE /2.0/web_links/{web_link_id}", apiOrigin, needDelete, deleteItem(webLinkKind)),
		newRoute("POST /2.0/web_links/{web_link_id}", apiOrigin, needDelete, restoreItem(webLinkKind)),
	}
}

// createWebLink makes a link to a page. Its name is the address if it has none (section 9).
func createWebLink(c *call) (*reply, error) {
	var want struct {
		URL         string `json:"url"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Parent      id     `json:"parent"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	to, err := url.Parse(want.URL)
	if err != nil || to.Host == "" {
		return nil, badField("url", "no URL: %q", want.URL)
	}
	if want.Name == "" {
		want.Name = to.Host
	}
	if err := c.reachesFolder(want.Parent.ID); err != nil {
		return nil, err
	}
	it, err := c.box.drive.createWebLink(c.user, want.Parent.ID, want.Name, want.URL)
	if err != nil {
		return nil, err
	}
	it.description = want.Description
	return c.show(http.StatusOK, it)
}
