package httpdigest

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

const (
	maxHeaderBytes = 64 << 10
	idleTimeout    = 10 * time.Second
	keepAlive      = 15 * time.Second
)

// newTransport returns a transport for one recorder. It asks no proxy of the environment, which would not reach a recorder's network,
// and leaves all time limits to the request's context. Connections are kept between challenge and answer and for the next request, and
// there is no limit to their number: a camera's movement does not wait behind a search.
func newTransport(dial func(context.Context, string, string) (net.Conn, error)) *http.Transport {
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: keepAlive}).DialContext
	}
	return &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        recorderTLS(),
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true,
	}
}

// recorderTLS takes what recorders have: certificates that they signed themselves, and on old firmware TLS 1.0 with suites that Go no
// longer offers by itself (RSA key exchange, 3DES). The digest, not the certificate, protects the password.
func recorderTLS() *tls.Config {
	suites := append(tls.CipherSuites(), tls.InsecureCipherSuites()...)
	ids := make([]uint16, 0, len(suites))
	for _, suite := range suites {
		ids = append(ids, suite.ID)
	}
	return &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // recorders sign their own certificates
		MinVersion:         tls.VersionTLS10,
		CipherSuites:       ids,
	}
}
