package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
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
		{"GET", "/?api=http://127.0.0.1:1", 200, "text/html; charset=utf-8"},
		{"GET", "/main.js", 200, "text/javascript; charset=utf-8"},
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
	names := regexp.MustCompile(`(?:src|href)="([^"]+)"|from '\./([^']+)'|Worker\('([^']+)'\)`)
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
	if len(seen) < 8 {
		t.Errorf("only %d files found: the test looks at nothing", len(seen))
	}
}

// Both languages must have the same words, and all that the page asks for.
func TestWords(t *testing.T) {
	words := read(t, get(t, "GET", "/words.js"))
	_, english, _ := strings.Cut(words, "  en: {")
	english, chinese, found := strings.Cut(english, "  zh: {")
	chinese, _, _ = strings.Cut(chinese, "\n  },")
	if !found {
		t.Fatal("words.js has another form")
	}
	// A key follows a comma or the beginning of a line; what stands in quotes is no key.
	quoted, key := regexp.MustCompile(`'(?:[^'\\]|\\.)*'`), regexp.MustCompile(`(?m)(?:^|,) *(\w+):`)
	keys := func(s string) map[string]bool {
		all := map[string]bool{}
		for _, m := range key.FindAllStringSubmatch(quoted.ReplaceAllString(s, "''"), -1) {
			all[m[1]] = true
		}
		return all
	}
	en, zh := keys(english), keys(chinese)
	for k := range en {
		if !zh[k] {
			t.Errorf("%s has no Chinese", k)
		}
	}
	if len(en) != len(zh) || len(en) < 50 {
		t.Errorf("%d English and %d Chinese words", len(en), len(zh))
	}
	for _, m := range regexp.MustCompile(`data-text="(\w+)"`).FindAllStringSubmatch(read(t, get(t, "GET", "/")), -1) {
		if !en[m[1]] {
			t.Errorf("the page asks for the word %q", m[1])
		}
	}
	for code := 600; code <= 609; code++ {
		if !en["code"+strconv.Itoa(code)] {
			t.Errorf("no words for status_code %d", code)
		}
	}
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
