package connect

import (
	"net"
	"net/http"
	"time"
)

// NewTransport returns a transport for one service: it gives up a connection that cannot be made
// within half a minute, keeps idle ones for as many goroutines as a connector has, and goes through
// the proxy that the environment names. Clients of one service may share it.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    15 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}
