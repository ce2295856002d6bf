package api

import (
	"net"
	"net/http"
	"strings"
)

// URLs are the templates of the addresses at which a stream is played. {stream} is the stream's name, {host} the host by which the
// caller reached us. An empty one is left out of answers.
type URLs struct{ RTMP, FLV, HLS, WebRTC string }

// addresses are the fields beside rtmp_url that answers carry.
type addresses struct {
	FLV    string `json:"flv_url,omitempty"`
	HLS    string `json:"hls_url,omitempty"`
	WebRTC string `json:"webrtc_url,omitempty"`
}

func (u URLs) resolve(host, stream string) (rtmp string, others addresses) {
	r := strings.NewReplacer("{host}", host, "{stream}", stream)
	return r.Replace(u.RTMP), addresses{FLV: r.Replace(u.FLV), HLS: r.Replace(u.HLS), WebRTC: r.Replace(u.WebRTC)}
}

// resolve returns the addresses of a stream as this caller reaches it.
func (s *server) resolve(r *http.Request, stream string) (rtmp string, others addresses) {
	now := s.cfg.Settings()
	return now.URLs.resolve(callersHost(r, now.TrustForwardedHost), stream)
}

// callersHost is the host by which a caller reached us, fit for a URL. The headers are a stranger's, so what is no host is not used:
// then it is the address at which the connection came in.
func callersHost(r *http.Request, trustForwarded bool) string {
	candidates := []string{r.Host}
	if trustForwarded {
		first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Host"), ",")
		candidates = []string{strings.TrimSpace(first), r.Host}
	}
	for _, candidate := range candidates {
		if host, ok := parseHost(hostName(candidate)); ok {
			return bracketed(host)
		}
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if host, ok := parseHost(hostName(local.String())); ok {
			return bracketed(host)
		}
	}
	return "localhost"
}

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}
