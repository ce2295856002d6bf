// Package openapi owns the reference of the HTTP API: one OpenAPI 3.1 document in English and one in Chinese, alike but for their
// words, and the pages that show them. The pages are made when the service starts and hold no script.
//
// It imports internal/pages of this project.
package openapi

import (
	"embed"
	"fmt"
	"net/http"

	"mediapusher/internal/pages"
)

//go:embed openapi.yaml openapi.zh.yaml page.html style.css
var files embed.FS

// policy lets a page load its style sheet and nothing else.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New returns a handler for whole paths: the pages at /docs/ (English) and /docs/zh/ (Chinese) with what they need below /docs/, and the
// documents at /openapi.yaml and /openapi.zh.yaml. It answers GET and HEAD, may be used by several goroutines, and starts none. An error
// means that the program was built with documents that cannot be shown.
func New() (http.Handler, error) {
	served := make(map[string]pages.File)
	for _, one := range []struct{ name, path, contentType string }{
		{"openapi.yaml", "/openapi.yaml", "application/yaml"},
		{"openapi.zh.yaml", "/openapi.zh.yaml", "application/yaml"},
		{"style.css", "/docs/style.css", "text/css; charset=utf-8"},
	} {
		body, err := files.ReadFile(one.name)
		if err != nil {
			return nil, fmt.Errorf("reference: %w", err)
		}
		served[one.path] = pages.File{ContentType: one.contentType, Body: body}
	}
	for path, words := range map[string]wording{"/docs/": english(), "/docs/zh/": chinese()} {
		body, err := page(served[words.Document].Body, words)
		if err != nil {
			return nil, fmt.Errorf("reference: %s: %w", words.Document, err)
		}
		served[path] = pages.File{ContentType: "text/html; charset=utf-8", Body: body}
	}
	return pages.Handler(policy, func(path string) (pages.File, bool) {
		one, known := served[path]
		return one, known
	}), nil
}
