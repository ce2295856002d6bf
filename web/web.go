// Package web owns the pages that browsers get: embedded files only, no templates and no state. Beside the program's own pages stands
// the player mpegts.js, which comes from npm at build time; without it the pages say what is missing.
//
// It imports nothing of this project.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static vendor
var files embed.FS

// contentTypes are set here, because what the machine says of .js may be wrong (Windows' registry), and then no browser runs modules.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// policy lets the page load only what is embedded, and speak to whatever API and media server it is told.
const policy = "default-src 'self'; img-src 'self' blob:; connect-src http: https: ws: wss:; media-src 'self' blob:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at "/" and the files that it needs beside it, by relative addresses: strip the prefix under which it is
// mounted, and let that end with a slash. It may be used by several goroutines.
func Handler() http.Handler {
	return http.HandlerFunc(serve)
}

func serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	if !strings.HasPrefix(name, "vendor/") {
		name = "static/" + name
	}
	contentType, known := contentTypes[path.Ext(name)]
	body, err := fs.ReadFile(files, name)
	if err != nil || !known {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(body) // net/http drops it for HEAD; a browser that has gone needs none
}
