package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/box/boxtest"
)

// A proxy ends TLS for Box's hosts, and refuses every other.
type proxy struct {
	listener net.Listener
	server   *http.Server
	inner    *http.Server
	conns    *queue
	issuer   *x509.Certificate
	key      *ecdsa.PrivateKey
	leaf     *tls.Certificate
}

func newProxy(ctx context.Context, box *boxtest.Box) (*proxy, error) {
	hosts := map[string]http.Handler{
		"api.box.com": box.API(), "upload.box.com": box.Upload(), "app.box.com": box.Login(),
		"account.box.com": box.Login(), "dl.boxcloud.com": box.Download(), "realtime.services.box.net": box.Realtime(),
	}
	p := &proxy{conns: &queue{conns: make(chan net.Conn), done: make(chan struct{})}}
	if err := p.certify(hosts); err != nil {
		return nil, fmt.Errorf("make certificates: %w", err)
	}
	var config net.ListenConfig
	var err error
	if p.listener, err = config.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	p.server = &http.Server{Handler: p.tunnels(hosts), ReadHeaderTimeout: time.Minute}
	p.inner = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts[r.Host].ServeHTTP(w, r)
	})}
	go func() { _ = p.server.Serve(p.listener) }()
	go func() { _ = p.inner.Serve(p.conns) }()
	return p, nil
}

func (p *proxy) url() string { return "http://" + p.listener.Addr().String() }

func (p *proxy) close() error {
	close(p.conns.done)
	return errors.Join(p.server.Close(), p.inner.Close())
}

// tunnels answers CONNECT and ends the TLS inside.
func (p *proxy) tunnels(hosts map[string]http.Handler) http.Handler {
	config := &tls.Config{Certificates: []tls.Certificate{*p.leaf}, MinVersion: tls.VersionTLS12}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if r.Method != http.MethodConnect || err != nil || hosts[host] == nil {
			http.Error(w, "not a host of Box: "+r.Host, http.StatusForbidden)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
			conn.Close() //nolint:errcheck // it is broken
			return
		}
		p.conns.put(tls.Server(conn, config))
	})
}

// certify makes an authority and one certificate for all hosts.
func (p *proxy) certify(hosts map[string]http.Handler) error {
	var err error
	if p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Fake Box authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, p.key.Public(), p.key)
	if err != nil {
		return err
	}
	if p.issuer, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Fake Box"},
		NotBefore: template.NotBefore, NotAfter: template.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for host := range hosts {
		leaf.DNSNames = append(leaf.DNSNames, host)
	}
	if der, err = x509.CreateCertificate(rand.Reader, leaf, p.issuer, key.Public(), p.key); err != nil {
		return err
	}
	p.leaf = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return nil
}

// authority is the certificate that clients must trust.
func (p *proxy) authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.issuer.Raw})
}

// A queue is a listener whose connections come out of tunnels.
type queue struct {
	conns chan net.Conn
	done  chan struct{}
}

func (q *queue) put(c net.Conn) {
	select {
	case q.conns <- c:
	case <-q.done:
		c.Close() //nolint:errcheck // the proxy is closed
	}
}

// Accept returns the next connection.
func (q *queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.done:
		return nil, net.ErrClosed
	}
}

// Close does nothing: the queue ends with its proxy.
func (q *queue) Close() error { return nil }

// Addr returns an address that nobody looks at.
func (q *queue) Addr() net.Addr { return &net.UnixAddr{Name: "tunnels", Net: "unix"} }
