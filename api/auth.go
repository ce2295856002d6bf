package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"mediapusher/internal/device"
)

// withToken asks for "Authorization: Bearer TOKEN", with the token of the moment. As long as that is empty, tokenless answers; nil lets
// nobody in.
func withToken(token func() device.Secret, tokenless, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret := token().Reveal()
		if secret == "" && tokenless != nil {
			tokenless.ServeHTTP(w, r)
			return
		}
		want := sha256.Sum256([]byte(secret))
		scheme, given, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
		got := sha256.Sum256([]byte(strings.TrimSpace(given)))
		// Equal lengths, so that the comparison takes the same time for every guess.
		equal := subtle.ConstantTimeCompare(got[:], want[:]) == 1
		if !equal || !strings.EqualFold(scheme, "Bearer") || secret == "" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			_ = write(w, refusal(http.StatusUnauthorized, "a token is needed: Authorization: Bearer ..."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// localNames refuses names other than localhost in the Host header. A page on the Internet can give its own name the address
// 127.0.0.1 and then read what listens there without a token.
func localNames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := hostName(r.Host); name != "" && !strings.EqualFold(name, "localhost") {
			if _, err := netip.ParseAddr(name); err != nil {
				_ = write(w, refusal(http.StatusForbidden, "call this listener by its address, or set admin.token"))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// hostName is a Host header without port and brackets.
func hostName(header string) string {
	if name, _, err := net.SplitHostPort(header); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(header, "["), "]")
}

// sameOrigin refuses what a page of another origin posts, where browsers tell: without it a page on the Internet could start streams by
// the browser of an operator whose machine is let in without a token. What is no browser passes.
func sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if protection.Check(r) != nil {
			_ = write(w, refusal(http.StatusForbidden, "pages of other origins: use the API's own listener, or set admin.token"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// direct refuses what a proxy on this machine hands on, where the proxy says so: it would let everybody in whom it serves.
func direct(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip"} { // RFC 7239, and what was before it
			if r.Header.Get(name) != "" {
				_ = write(w, refusal(http.StatusForbidden, "this came through a proxy: set admin.token"))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
