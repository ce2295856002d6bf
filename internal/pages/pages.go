// Package pages serves files that are part of the program to browsers, each with the headers that keep a page to what it may do. It
// imports nothing of this project.
package pages

import "net/http"

// File is one file as a browser gets it.
type File struct {
	// ContentType is told as it is: what the machine says of an ending may be wrong (Windows' registry).
	ContentType string
	// Body stays what it is; it may be shared.
	Body []byte
}

// Handler answers GET and HEAD with the file that find has for the path of a request, 404 where it has none. policy is the
// Content-Security-Policy of all. Browsers ask for a file again each time, so that a new program shows new pages. The handler may be used
// by several goroutines, as find must be.
func Handler(policy string, find func(path string) (file File, ok bool)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		file, ok := find(r.URL.Path)
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", file.ContentType)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		_, _ = w.Write(file.Body) // net/http drops it for HEAD; a browser that has gone needs none
	})
}
