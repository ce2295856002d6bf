// Package openapi owns the reference of the HTTP API: one OpenAPI 3.1 document in English and one in Chinese, alike but for their
// words, and the pages that show them. The pages are made when the service starts and hold no script.
//
// It imports nothing of this project.
package openapi

import (
	"embed"
	"fmt"
	"net/http"
)

//go:embed openapi.yaml openapi.zh.yaml page.html style.css
var files embed.FS

// policy lets a page load its style sheet and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type file struct {
	contentType string
	body        []byte
}

// New returns a handler for whole paths: the pages at /docs/ (English) and /docs/zh/ (Chinese) with what they need below /docs/, and the
// documents at /openapi.yaml and /openapi.zh.yaml. It answers GET and HEAD, may be used by several goroutines, and starts none. An error
// means that the program was built with documents that cannot be shown.
func New() (http.Handler, error) {
	served := make(map[string]file)
	for _, one := range []struct{ name, path, contentType string }{
		{"openapi.yaml", "/openapi.yaml", "application/yaml"},
		{"openapi.zh.yaml", "/openapi.zh.yaml", "application/yaml"},
		{"style.css", "/docs/style.css", "text/css; charset=utf-8"},
	} {
		body, err := files.ReadFile(one.name)
		if err != nil {
			return nil, fmt.Errorf("reference: %w", err)
		}
		served[one.path] = file{one.contentType, body}
	}
	for path, words := range map[string]wording{"/docs/": english(), "/docs/zh/": chinese()} {
		body, err := page(served[words.Document].body, words)
		if err != nil {
			return nil, fmt.Errorf("reference: %s: %w", words.Document, err)
		}
		served[path] = file{"text/html; charset=utf-8", body}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, served) }), nil
}

func serve(w http.ResponseWriter, r *http.Request, served map[string]file) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	one, known := served[r.URL.Path]
	if !known {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", one.contentType)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(one.body) // net/http drops it for HEAD; a browser that has gone needs none
}
