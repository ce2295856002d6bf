package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"mediapusher/web"
)

func get(t *testing.T, method, target string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	web.Handler().ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w.Result()
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHandler(t *testing.T) {
	for _, c := range []struct {
		method, target string
		status         int
		contentType    string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8"},
		{"HEAD", "/", 200, "text/html; charset=utf-8"},
		{"GET", "/?demo", 200, "text/html; charset=utf-8"},
		{"GET", "/app.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/style.css", 200, "text/css; charset=utf-8"},
		{"GET", "/icon.svg", 200, "image/svg+xml"},
		{"GET", "/vendor/README.md", 404, ""},
		{"GET", "/vendor/", 404, ""},
		{"GET", "/web.go", 404, ""},
		{"GET", "/../web.go", 404, ""},
		{"GET", "/vendor/../../web.go", 404, ""},
		{"POST", "/", 405, ""},
	} {
		r := get(t, c.method, c.target)
		if r.StatusCode != c.status || c.contentType != "" && r.Header.Get("Content-Type") != c.contentType {
			t.Errorf("%s %s: %s %q", c.method, c.target, r.Status, r.Header.Get("Content-Type"))
		}
		if c.status == 200 && !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("%s %s: no policy", c.method, c.target)
		}
	}
}

// Whatever the page and its modules name must be embedded; only the player may be missing.
func TestPageIsWhole(t *testing.T) {
	seen := map[string]bool{}
	names := regexp.MustCompile(`(?:src|href)="([\w/-]+\.\w+)"|(?:from |import |import\()'\./([^']+)'|Worker\('([^']+)'\)`)
	queue := []string{""}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		r := get(t, "GET", "/"+name)
		if r.StatusCode != http.StatusOK {
			if name != "vendor/mpegts.js" {
				t.Errorf("%s: %s", name, r.Status)
			}
			continue
		}
		if strings.HasPrefix(name, "vendor/") {
			continue
		}
		for _, m := range names.FindAllStringSubmatch(read(t, r), -1) {
			queue = append(queue, m[1]+m[2]+m[3])
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d files found: the test looks at nothing", len(seen))
	}
}

// Both languages must have the same words, and all that the pages ask for.
func TestWords(t *testing.T) {
	need(t, "node")
	out, err := exec.CommandContext(t.Context(), "node", "test/words.mjs").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// The lock file must fit every registry.
func TestLockNamesNoRegistry(t *testing.T) {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(lock), "resolved") || strings.Contains(string(lock), "http") {
		t.Error("package-lock.json holds addresses")
	}
	if !strings.Contains(string(lock), `"integrity"`) {
		t.Error("package-lock.json holds no checksums")
	}
}
