package api

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// What the fuzz targets read from outside.
var (
	NormalPath   = normalPath
	ParseHandle  = parseHandle
	ParseAddress = parseAddress
	DecodeBody   = decodeBody
	Relax        = relax
	Clean        = clean
	StatusCode   = statusCode
)

// MaxConnections is the bound of one server.
const MaxConnections = maxConnections

// Routes are the methods and paths of both listeners, as their routers have them.
func Routes(public Config, cfg AdminConfig) []string {
	a := &admin{cfg: cfg}
	guarded := newRouter()
	newServer(public, nil).route(guarded)
	a.route(guarded)
	var list []string
	note := func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		list = append(list, method+" "+path)
		return nil
	}
	_ = chi.Walk(guarded, note) // note has no error
	if pages, ok := a.pages(guarded).(chi.Routes); ok {
		_ = chi.Walk(pages, note)
	}
	return list
}
