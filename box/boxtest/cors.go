package boxtest

import "net/http"

// allowOrigin lets pages of other origins read the answer, as Box does for those on an app's list
// (section 10). The fake has no list.
func (b *Box) allowOrigin(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Expose-Headers", "Box-Request-Id, Location, Retry-After, WWW-Authenticate")
	w.Header().Add("Vary", "Origin")
}

// preflight answers the question that a browser asks before a call. Box's own preflight of uploads
// has the same method; it lacks the browser's headers.
func (b *Box) preflight(w http.ResponseWriter, r *http.Request) bool {
	wanted := r.Header.Get("Access-Control-Request-Method")
	if r.Method != http.MethodOptions || r.Header.Get("Origin") == "" || wanted == "" {
		return false
	}
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS")
	w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
