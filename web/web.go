// Package web owns the pages that browsers get: embedded files only, no templates and no state. Beside the program's own pages stands
// the player mpegts.js, which comes from npm at build time; without it the pages say what is missing.
//
// It imports internal/pages of this project.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"mediapusher/internal/pages"
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
func Handler() http.Handler { return pages.Handler(policy, find) }

func find(asked string) (pages.File, bool) {
	name := strings.TrimPrefix(path.Clean("/"+asked), "/")
	if name == "" {
		name = "index.html"
	}
	if !strings.HasPrefix(name, "vendor/") {
		name = "static/" + name
	}
	contentType, known := contentTypes[path.Ext(name)]
	body, err := fs.ReadFile(files, name)
	return pages.File{ContentType: contentType, Body: body}, known && err == nil
}
