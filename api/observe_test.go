package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/api"
	"mediapusher/internal/device"
)

// answers is an api.Observer that keeps what it hears.
type answers struct {
	mu   sync.Mutex
	told []string
}

func (a *answers) Answered(endpoint, method string, statusCode int, took time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if took < 0 {
		endpoint = "negative"
	}
	a.told = append(a.told, fmt.Sprintf("%s %s %d", method, endpoint, statusCode))
}

func (a *answers) last() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.told) == 0 {
		return ""
	}
	return a.told[len(a.told)-1]
}

// Every answer is told once, by the pattern of its path and the contract's code.
func TestAnswersAreObserved(t *testing.T) {
	told := &answers{}
	public := publicConfig()
	public.Observer = told
	f := newFake()
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "metrics") })
	handlers := map[string]http.Handler{
		"api":   api.New(public, f),
		"admin": api.NewAdmin(api.AdminConfig{Loopback: true, Metrics: metrics}, public, f, list{}),
	}
	count := 0
	for _, test := range []struct{ listener, method, path, want string }{
		{"api", "GET", "/stream/12681/beats/", "GET /STREAM/{play_handle}/BEATS 200"},
		{"api", "POST", "/STREAM/77/STOP", "POST /STREAM/{play_handle}/STOP 605"},
		{"api", "GET", "/STREAM/nonsense", "GET /STREAM/{play_handle} 600"},
		{"api", "POST", "/REAL_STREAM", "POST /REAL_STREAM 600"},
		{"api", "GET", "/nothing/of/the/kind", "GET none 404"},
		{"api", "BREW", "/STREAM/12681/BEATS", "other none 405"},
		{"api", "GET", "/metrics", "GET none 404"},
		{"admin", "GET", "/metrics", "GET /METRICS 200"},
		{"admin", "GET", "/healthz", "GET /HEALTHZ 200"},
		{"admin", "GET", "/STREAM/12681/BEATS", "GET /STREAM/{play_handle}/BEATS 200"},
	} {
		r := httptest.NewRequest(test.method, test.path, strings.NewReader("{}"))
		r.Host = "127.0.0.1"
		handlers[test.listener].ServeHTTP(httptest.NewRecorder(), r)
		if got := told.last(); got != test.want {
			t.Errorf("%s %s: told %q, want %q", test.method, test.path, got, test.want)
		}
		if count++; len(told.told) != count {
			t.Errorf("%s %s: %d told", test.method, test.path, len(told.told)-count+1)
			count = len(told.told)
		}
	}
}

// What is refused before any path is looked at is told too, and a panic as what the caller got.
func TestRefusalsAndPanicsAreObserved(t *testing.T) {
	told := &answers{}
	public := publicConfig()
	public.Observer = told
	public.Settings = fixed(api.Settings{URLs: urls, Token: device.NewSecret("open-sesame")})
	h := api.New(public, newFake())
	call(h, "GET", "/STREAM/1/BEATS", "")
	if got := told.last(); got != "GET none 401" {
		t.Errorf("without the token: %q", got)
	}
	public.Settings, public.Now = fixed(api.Settings{URLs: urls}), func() time.Time { panic("the clock broke") }
	call(api.New(public, newFake()), "GET", "/STREAM/12681", "")
	if got := told.last(); got != "GET /STREAM/{play_handle} 500" {
		t.Errorf("a panic: %q", got)
	}
}
