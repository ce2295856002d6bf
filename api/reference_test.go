package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"mediapusher/api"
	"mediapusher/api/openapi"
	"mediapusher/api/openapi/openapitest"
	"mediapusher/internal/device"
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
	apart := []string{"GET /", "GET /CONSOLE/", "GET /DOCS/", "GET /DEMO", "GET /DEMO/"}
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

// What the reference says of the fields of requests is what the handlers ask for: required ones, and ranges; and a form says the same as
// JSON does.
func TestRequestsAreAsInReference(t *testing.T) {
	reference, err := loadReference()
	if err != nil {
		t.Fatal(err)
	}
	recorder := map[string]any{
		"nvr_category": 0, "nvr_addr": "10.8.30.109", "nvr_port": 8000, "nvr_user": "admin", "nvr_pwd": "123456", "http_port": 80, "rtsp_port": 554,
	}
	with := func(body map[string]any, more ...any) map[string]any {
		body = maps.Clone(body)
		for i := 0; i < len(more); i += 2 {
			body[more[i].(string)] = more[i+1]
		}
		return body
	}
	camera := with(recorder, "nvr_channel", 33, "stream_type", 0)
	cfg := api.Config{Settings: func() api.Settings { return api.Settings{URLs: urls} }, Devices: stranger{}}
	ask := func(path, contentType string, body []byte) string {
		return call(api.New(cfg, newFake()), "POST", path, string(body), "Content-Type", contentType).Body.String()
	}
	for path, body := range map[string]map[string]any{
		"/REAL_STREAM":                     camera,
		"/BACK_STREAM":                     with(camera, "startTime", "2016-07-20 12:00:00", "endTime", "2016-07-20 13:00:00"),
		"/DEVICE":                          recorder,
		"/DEVICE/SNAPSHOT":                 camera,
		"/STREAM/{play_handle}/POSITION":   {"pos_time": "2016-07-20 12:35:00"},
		"/STREAM/{play_handle}/SPEED":      {"speed": 4},
		"/STREAM/{play_handle}/PTZControl": {"command": 6, "duration": 200},
	} {
		called := strings.ReplaceAll(path, "{play_handle}", "12681")
		send := func(body map[string]any) string {
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			return ask(called, "application/json", text)
		}
		good := send(body)
		if strings.Contains(good, ":600,") {
			t.Errorf("%s %v: %s", path, body, good)
		}
		form := url.Values{}
		for name, value := range body {
			form.Set(name, fmt.Sprint(value))
		}
		if said := ask(called, "application/x-www-form-urlencoded", []byte(form.Encode())); said != good {
			t.Errorf("%s: as JSON %s, as a form %s", path, good, said)
		}
		fields := reference.Fields(path)
		for name := range body {
			if _, known := fields[name]; !known {
				t.Errorf("%s: %s is not in the reference", path, name)
			}
		}
		for name, field := range fields {
			if said := send(with(body, name, nil)); strings.Contains(said, `:600,"status_message":"`+name) != field.Required {
				t.Errorf("%s without %s, required %v: %s", path, name, field.Required, said)
			}
			beyond := func(end *float64, step float64) {
				if end == nil {
					return
				}
				if said := send(with(body, name, *end)); said != good {
					t.Errorf("%s with %s %v: %s", path, name, *end, said)
				}
				if said := send(with(body, name, *end+step)); !strings.Contains(said, `:600,"status_message":"`+name) {
					t.Errorf("%s with %s %v: %s", path, name, *end+step, said)
				}
			}
			beyond(field.Low, -1)
			beyond(field.High, 1)
		}
	}
}

// stranger is a recorder that lets nobody in.
type stranger struct{}

func (stranger) Describe(context.Context, device.Target) (*device.Description, error) {
	return nil, &device.Error{Op: device.OpLogin, Kind: device.KindAuth}
}

func (stranger) Snapshot(context.Context, device.Target, int) ([]byte, error) {
	return nil, &device.Error{Op: device.OpLogin, Kind: device.KindAuth}
}
