package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"mediapusher/api"
	"mediapusher/api/openapi"
	"mediapusher/api/openapi/openapitest"
	"mediapusher/internal/diagnosis"
)

var loadReference = sync.OnceValues(func() (*openapitest.Reference, error) {
	h, err := openapi.New()
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.yaml", nil))
	return openapitest.Load(w.Body.Bytes())
})

// documented panics where an answer is not as the reference says: every answer of the tests in this package goes through here. What is
// no call may be refused without a word in the reference.
func documented(r *http.Request, w *httptest.ResponseRecorder) {
	answer, path := w.Result(), api.NormalPath(r.URL.Path)
	called := r.Method == http.MethodGet || r.Method == http.MethodPost
	if !called || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		return
	}
	reference, err := loadReference()
	if err == nil {
		refused := answer.StatusCode >= http.StatusBadRequest
		if refused && !reference.Known(r.Method, path) || answer.StatusCode == http.StatusNotFound { // here or on this listener
			return
		}
		err = reference.Check(r.Method, path, answer, w.Body.Bytes())
	}
	if err != nil {
		panic(fmt.Sprintf("api/openapi does not say so: %s %s: %s: %v", r.Method, r.URL.Path, w.Body, err))
	}
}

// Every path of both listeners is in the reference, and none else.
func TestRoutesAreInReference(t *testing.T) {
	reference, err := loadReference()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, one := range reference.Operations() {
		known[strings.ToUpper(one)] = true
	}
	page := http.NotFoundHandler()
	routes := api.Routes(api.Config{Devices: struct{ api.Devices }{}}, api.AdminConfig{
		Info: func(context.Context) (i api.Info) { return i }, Configuration: struct{ api.Configuration }{}, Metrics: page, Console: page, Docs: page,
	})
	// Where pages are mounted, and what leads to them.
	apart := []string{"GET /", "GET /CONSOLE", "GET /DOCS", "GET /DEMO", "GET /DEMO/"}
	var found []string
	for _, route := range routes {
		method, path, _ := strings.Cut(strings.ToUpper(route), " ")
		path = strings.TrimSuffix(path, "*")
		one := method + " " + path
		if (method != http.MethodGet && method != http.MethodPost) || slices.Contains(apart, one) {
			continue
		}
		if path == "/CONSOLE/" && method == http.MethodPost { // a mount has all methods
			continue
		}
		found = append(found, one)
		if !known[one] {
			t.Errorf("%s is not in the reference", one)
		}
	}
	for one := range known {
		if !slices.Contains(found, one) {
			t.Errorf("%s is in the reference, and nothing answers it", one)
		}
	}
}

// A cause that TRACE may name has its place in the reference.
func TestCausesAreInReference(t *testing.T) {
	reference, err := loadReference()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, cause := range diagnosis.Causes() {
		want = append(want, string(cause))
	}
	got := reference.Enum("Verdict", "cause")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the reference has %s, TRACE may say %s", got, want)
	}
}
