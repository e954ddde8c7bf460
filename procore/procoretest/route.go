package procoretest

import (
	"net/http"
	"strconv"
	"strings"
)

// The origins of Procore (sections 1.1, 5 and 6). Tokens can be had at the API's host, too, where old
// clients ask for them.
const (
	apiOrigin origin = 1 << iota
	loginOrigin
	filesOrigin
	storageOrigin

	anyOrigin = apiOrigin | loginOrigin | filesOrigin | storageOrigin
)

type origin int

// Where a call says which company or project it is about (section 0.3, fact 3).
const (
	open      scope = iota // nowhere, and no token is needed
	personal               // nowhere: it is about the user, and needs no company header
	byHeader               // the header Procore-Company-Id alone
	byCompany              // {company_id} in the path
	byProject              // {project_id} in the path
	byQuery                // project_id in the query
	byBody                 // project_id in the query or the body
	byEither               // project_id or company_id, in the query or the body
)

type scope int

// A route is one call of the API.
type route struct {
	name    string // method and path, with the names of its ids in braces
	origin  origin
	scope   scope
	tool    Tool  // that the call belongs to, "" for none
	level   Level // that the user needs in the tool
	handle  handler
	stream  handler // runs without the lock; it reads or writes contents
	method  string
	pattern []string
}

// A handler answers a call. Its error is a *problem, or something wrong with the fake itself. It runs
// under the Procore's lock.
type handler func(*call) (*reply, error)

// newRoute is a route of the API, such as "GET /rest/v1.0/folders/{id}".
func newRoute(name string, s scope, tool Tool, level Level, h handler) route {
	method, path, _ := strings.Cut(name, " ")
	return route{
		name: name, origin: apiOrigin, scope: s, tool: tool, level: level, handle: h,
		method: method, pattern: strings.Split(strings.Trim(path, "/"), "/"),
	}
}

// on is the route on other origins.
func (r route) on(at origin) route {
	r.origin = at
	return r
}

// streamed is the route with a handler that runs without the lock.
func (r route) streamed() route {
	r.stream, r.handle = r.handle, nil
	return r
}

// version is that of the REST API a route belongs to, 0 for none.
func (r *route) version() int {
	if r == nil || len(r.pattern) < 2 || r.pattern[0] != "rest" {
		return 0
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(r.pattern[1], "v"), ".")
	n, _ := strconv.Atoi(major)
	return n
}

// Routes returns the names of all routes, such as "GET /rest/v1.0/folders/{id}". By these names calls
// are counted and faults are set.
func (p *Procore) Routes() []string {
	names := make([]string, 0, len(p.routes))
	for _, r := range p.routes {
		names = append(names, r.name)
	}
	return names
}

// routes is the map of Procore, in the order in which a request is compared with it. Each tool brings
// its own; a path with a name comes before one with an id in the same place.
func routes() []route {
	var all []route
	for _, group := range [][]route{
		loginRoutes(), companyRoutes(), folderRoutes(), fileRoutes(), versionRoutes(), documentRoutes(),
		documentV2Routes(),
		uploadRoutes(), linkRoutes(), storageRoutes(), albumRoutes(), imageRoutes(), rfiRoutes(), replyRoutes(),
		submittalRoutes(), recordRoutes(), emailRoutes(), drawingRoutes(), directoryRoutes(), hookRoutes(), hookV2Routes(),
	} {
		all = append(all, group...)
	}
	return all
}

// match finds the route of a request. HEAD is served where GET is.
func (p *Procore) match(r *http.Request, at origin) (*route, map[string]string, error) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range p.routes {
		known := &p.routes[i]
		if known.origin&at == 0 || known.method != method {
			continue
		}
		if ids, ok := known.fits(parts); ok {
			return known, ids, nil
		}
	}
	return nil, nil, notFound()
}

// fits compares a path with the route's, and returns the ids in it.
func (r *route) fits(parts []string) (map[string]string, bool) {
	if len(parts) != len(r.pattern) {
		return nil, false
	}
	var ids map[string]string
	for i, part := range parts {
		name, suffix, variable := strings.Cut(r.pattern[i], "}")
		if !variable {
			if part != r.pattern[i] {
				return nil, false
			}
			continue
		}
		value, ok := strings.CutSuffix(part, suffix)
		if !ok || value == "" {
			return nil, false
		}
		if ids == nil {
			ids = map[string]string{}
		}
		ids[strings.TrimPrefix(name, "{")] = value
	}
	return ids, true
}
