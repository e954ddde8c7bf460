package procoretest

import (
	"context"
	"errors"
	"net/http"

	"github.com/procorebox/procorebox/internal/fake"
)

// A Server is a Procore on real ports: one for each of the origins that its URLs name.
type Server struct {
	*Procore

	servers []*http.Server
}

// Start serves a new Procore on three neighbouring ports, the first of which is that of addr: for the
// API and the links of files, for the login, for the storage. With port 0 they are any three that are
// free. The URLs of the options are set to the listeners' if they are zero. The context is for the
// listening: the server goes on until it is closed.
func Start(ctx context.Context, addr string, o Options) (*Server, error) {
	listeners, err := fake.Listen(ctx, addr, 3)
	if err != nil {
		return nil, err
	}
	if o.URLs == (URLs{}) {
		o.URLs = URLs{API: fake.Origin(listeners[0]), Login: fake.Origin(listeners[1]), Storage: fake.Origin(listeners[2])}
	}
	p, err := New(o)
	if err != nil {
		fake.CloseAll(listeners)
		return nil, err
	}
	s := &Server{Procore: p}
	for i, at := range []origin{apiOrigin | filesOrigin, loginOrigin, storageOrigin} {
		one := fake.Server(p.at(at))
		s.servers = append(s.servers, one)
		p.life.Behind(func() { _ = one.Serve(listeners[i]) })
	}
	return s, nil
}

// Close ends the servers with all their connections, and then the Procore.
func (s *Server) Close() error {
	s.life.End()
	var errs []error
	for _, one := range s.servers {
		errs = append(errs, one.Close())
	}
	return errors.Join(append(errs, s.Procore.Close())...)
}
