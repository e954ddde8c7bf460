package procoretest

import (
	"net/http"

	"github.com/procorebox/procorebox/internal/fake"
)

// HTTPClient returns a client that reaches the fake without a network, at the hosts of its URLs, as
// long as those are http. What it sends goes through memory, so it works inside of a testing/synctest
// bubble. It follows redirects like any client, and reaches no other host. It ends with the fake.
func (p *Procore) HTTPClient() *http.Client {
	hosts := map[string]http.Handler{}
	for host, at := range p.options.URLs.hosts() {
		hosts[host] = p.at(at)
	}
	return p.life.Client(hosts)
}

// hosts says which origins live at which host and port.
func (u URLs) hosts() map[string]origin {
	all := map[string]origin{}
	for _, at := range []struct {
		url    string
		origin origin
	}{
		{u.API, apiOrigin}, {u.Login, loginOrigin}, {u.Files, filesOrigin}, {u.Storage, storageOrigin},
	} {
		all[fake.Host(at.url)] |= at.origin
	}
	return all
}
