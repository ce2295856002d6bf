package pages_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"mediapusher/internal/pages"
)

func TestHandler(t *testing.T) {
	h := pages.Handler("default-src 'self'", func(path string) (pages.File, bool) {
		return pages.File{ContentType: "text/html; charset=utf-8", Body: []byte("<p>")}, path == "/there"
	})
	for _, tt := range []struct {
		method, path string
		status       int
		header, want string
	}{
		{"GET", "/there", 200, "Content-Type", "text/html; charset=utf-8"},
		{"GET", "/there", 200, "Content-Security-Policy", "default-src 'self'"},
		{"GET", "/there", 200, "X-Content-Type-Options", "nosniff"},
		{"GET", "/there", 200, "Referrer-Policy", "no-referrer"},
		{"HEAD", "/there", 200, "Cache-Control", "no-cache"},
		{"GET", "/elsewhere", 404, "Content-Security-Policy", ""},
		{"POST", "/there", 405, "Allow", "GET, HEAD"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, http.NoBody))
		if got := w.Header().Get(tt.header); w.Code != tt.status || got != tt.want {
			t.Errorf("%s %s: %d, %s %q; want %d, %q", tt.method, tt.path, w.Code, tt.header, got, tt.status, tt.want)
		}
	}
}
