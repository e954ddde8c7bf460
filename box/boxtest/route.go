package boxtest

import (
	"net/http"
	"strings"
)

// The origins of Box (section 1). A client that sends an upload to the general host, or a listing to
// the upload host, finds nothing there.
const (
	apiOrigin origin = 1 << iota
	uploadOrigin
	loginOrigin
	downloadOrigin
	realtimeOrigin

	anyOrigin = apiOrigin | uploadOrigin | loginOrigin | downloadOrigin | realtimeOrigin
)

type origin int

// A route is one call of the API.
type route struct {
	name    string // method and path, with the names of its ids in braces
	origin  origin
	need    need
	class   class
	handle  handler // runs under the Box's lock
	stream  handler // runs without; it reads or writes contents, or waits
	method  string
	pattern []string
}

// A handler answers a call. Its error is a *problem, or something wrong with the fake itself.
type handler func(*call) (*reply, error)

func newRoute(name string, at origin, n need, h handler) route {
	method, path, _ := strings.Cut(name, " ")
	return route{
		name: name, origin: at, need: n, class: ordinary, handle: h,
		method: method, pattern: strings.Split(strings.Trim(path, "/"), "/"),
	}
}

func streamed(r route) route {
	r.stream, r.handle = r.handle, nil
	return r
}

func (r route) of(c class) route {
	r.class = c
	return r
}

// Routes returns the names of all routes, such as "POST /2.0/folders/{folder_id}/copy". By these names
// calls are counted and faults are set.
func (b *Box) Routes() []string {
	names := make([]string, 0, len(b.routes))
	for _, r := range b.routes {
		names = append(names, r.name)
	}
	return names
}

// routes is the map of Box, in the order in which a request is compared with it.
func routes() []route {
	var all []route
	for _, group := range [][]route{
		loginRoutes(), folderRoutes(), uploadRoutes(), fileRoutes(), versionRoutes(), downloadRoutes(),
		webLinkRoutes(), trashRoutes(), eventRoutes(), webhookRoutes(), collaborationRoutes(),
		metadataRoutes(), userRoutes(), searchRoutes(),
	} {
		all = append(all, group...)
	}
	return all
}

// match finds the route of a request. Both bases count, and so does a slash at the end. Where only
// the method differs, or an id is none, the answer is 405 (section 3.2).
func (b *Box) match(r *http.Request, at origin) (*route, map[string]string, error) {
	path := strings.TrimPrefix(r.URL.Path, "/api/")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	err := notFound()
	for i := range b.routes {
		known := &b.routes[i]
		if known.origin&at == 0 {
			continue
		}
		ids, ok := known.fits(parts)
		switch {
		case !ok:
		case known.method != r.Method:
			err = methodNotAllowed()
		case !wellFormed(ids):
			return known, nil, methodNotAllowed()
		default:
			return known, ids, nil
		}
	}
	return nil, nil, err
}

// fits compares a path with the route's, and returns the ids in it.
func (r *route) fits(parts []string) (map[string]string, bool) {
	if len(parts) != len(r.pattern) {
		return nil, false
	}
	var ids map[string]string
	for i, part := range parts {
		name := r.pattern[i]
		if !strings.HasPrefix(name, "{") {
			if part != name {
				return nil, false
			}
			continue
		}
		if ids == nil {
			ids = map[string]string{}
		}
		ids[strings.Trim(name, "{}")] = part
	}
	return ids, true
}

// wellFormed says whether the ids of items are digits.
func wellFormed(ids map[string]string) bool {
	for _, name := range []string{"file_id", "folder_id", "web_link_id"} {
		id, ok := ids[name]
		if ok && (id == "" || strings.Trim(id, "0123456789") != "") {
			return false
		}
	}
	return true
}
