package api

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
)

// Observer counts answers. It may be called from several goroutines and must not wait for anything.
type Observer interface {
	// Answered tells of one request: endpoint is the pattern of the path, such as "/STREAM/{play_handle}", or "none" where no path fits;
	// method is "other" where it is none of HTTP's common ones, so that neither grows without bound; statusCode is that of the contract
	// where the answer has one, else HTTP's.
	Answered(endpoint, method string, statusCode int, took time.Duration)
}

// observing tells an observer, which may be nil, of all answers of next.
func observing(observer Observer, next http.Handler) http.Handler {
	if observer == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		route := chi.NewRouteContext() // the routers behind this use it, so that what they found stands there afterwards
		coded := &codedWriter{ResponseWriter: w}
		defer func() {
			observer.Answered(endpointOf(route), methodOf(r.Method), coded.statusCode(), time.Since(begin))
		}()
		next.ServeHTTP(coded, r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, route)))
	})
}

func endpointOf(route *chi.Context) string {
	if pattern := route.RoutePattern(); pattern != "" {
		return pattern
	}
	return "none"
}

func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}

// codedWriter remembers the status codes of an answer: the contract's, and HTTP's.
type codedWriter struct {
	http.ResponseWriter
	contract, status int
}

func (w *codedWriter) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *codedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *codedWriter) statusCode() int {
	switch {
	case w.contract != 0:
		return w.contract
	case w.status != 0:
		return w.status
	default:
		return http.StatusOK
	}
}

// tell notes the contract's code of a reply with the writer that observes, where there is one behind w.
func tell(w http.ResponseWriter, rep reply) {
	body, ok := rep.body.(interface{ code() int })
	if !ok {
		return
	}
	for {
		if coded, ok := w.(*codedWriter); ok {
			coded.contract = body.code()
			return
		}
		wrapped, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		w = wrapped.Unwrap()
	}
}

// code is the contract's status code, for whatever begins with an answer.
func (a answer) code() int { return a.StatusCode }
