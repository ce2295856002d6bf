package api

import (
	"net/http"
	"slices"
	"strings"
)

// crossOrigin lets pages of other origins call every path. allowedOrigins tells which; none means any. A page that is not let in gets its
// answer, but its browser does not show it. Preflights end here, on any path and without a token, as browsers send none.
func crossOrigin(allowedOrigins func() []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, origins := w.Header(), allowedOrigins()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		allowed := origin != "" && (len(origins) == 0 ||
			slices.ContainsFunc(origins, func(o string) bool { return strings.EqualFold(o, origin) }))
		if allowed {
			h.Set("Access-Control-Allow-Origin", origin)
			if len(origins) > 0 {
				// Pages that send cookies, for a proxy in front of us: only for those that the operator knows.
				h.Set("Access-Control-Allow-Credentials", "true")
			}
		}
		if r.Method != http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Allow", "GET, POST, OPTIONS")
		if allowed {
			allowRequested(h, r.Header)
		}
		// 200 and not 204: every answer is JSON and has a length.
		_ = write(w, success()) // a preflight nobody waits for is lost
	})
}

func allowRequested(h, request http.Header) {
	h.Add("Vary", "Access-Control-Request-Headers")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	headers := strings.Join(request.Values("Access-Control-Request-Headers"), ", ")
	if headers == "" {
		headers = "Content-Type, X-Requested-With, Authorization"
	}
	h.Set("Access-Control-Allow-Headers", headers)
	h.Set("Access-Control-Max-Age", "600")
	if request.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
}
