package openapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"

	"mediapusher/api/openapi"
)

func handler(t *testing.T) http.Handler {
	t.Helper()
	h, err := openapi.New()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(t *testing.T, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	handler(t).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", path, w.Code)
	}
	return w.Body.String()
}

func TestHandler(t *testing.T) {
	h := handler(t)
	for _, c := range []struct {
		method, path string
		status       int
		contentType  string
	}{
		{"GET", "/docs/", 200, "text/html; charset=utf-8"},
		{"HEAD", "/docs/", 200, "text/html; charset=utf-8"},
		{"GET", "/docs/zh/", 200, "text/html; charset=utf-8"},
		{"GET", "/docs/style.css", 200, "text/css; charset=utf-8"},
		{"GET", "/openapi.yaml", 200, "application/yaml"},
		{"GET", "/openapi.zh.yaml", 200, "application/yaml"},
		{"GET", "/docs/page.html", 404, ""},
		{"GET", "/docs/../openapi.go", 404, ""},
		{"GET", "/", 404, ""},
		{"POST", "/docs/", 405, ""},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || c.contentType != "" && w.Header().Get("Content-Type") != c.contentType {
			t.Errorf("%s %s: %d %q", c.method, c.path, w.Code, w.Header().Get("Content-Type"))
		}
		if c.status == http.StatusOK && !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s: no policy", c.method, c.path)
		}
	}
}

// texts are the words of a document by their places; all else must be equal in both languages.
func texts(t *testing.T, path string) (words map[string]string, rest []string) {
	t.Helper()
	var tree any
	if err := yaml.UnmarshalWithOptions([]byte(get(t, path)), &tree, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	words = map[string]string{}
	var walk func(place string, node any)
	walk = func(place string, node any) {
		switch n := node.(type) {
		case yaml.MapSlice:
			for _, item := range n {
				key, _ := item.Key.(string)
				inner := place + "/" + key
				text, isText := item.Value.(string)
				if isText && slices.Contains([]string{"title", "summary", "description"}, key) && !strings.HasSuffix(place, "properties") {
					words[inner] = text
					continue
				}
				walk(inner, item.Value)
			}
		case []any:
			for i, one := range n {
				walk(fmt.Sprint(place, "/", i), one)
			}
		default:
			var b bytes.Buffer
			_ = yaml.NewEncoder(&b).Encode(n)
			rest = append(rest, place+" = "+b.String())
		}
	}
	walk("", tree)
	return words, rest
}

// Both documents say the same, each in its language.
func TestLanguages(t *testing.T) {
	en, structure := texts(t, "/openapi.yaml")
	zh, other := texts(t, "/openapi.zh.yaml")
	if !slices.Equal(structure, other) {
		for i := range min(len(structure), len(other)) {
			if structure[i] != other[i] {
				t.Fatalf("the documents differ first at %s and %s", structure[i], other[i])
			}
		}
		t.Fatalf("%d and %d values", len(structure), len(other))
	}
	if len(en) != len(zh) || len(en) < 200 {
		t.Errorf("%d English and %d Chinese texts", len(en), len(zh))
	}
	code := regexp.MustCompile("`[^`]+`")
	for place, text := range en {
		if strings.ContainsFunc(text, isHan) {
			t.Errorf("%s holds Chinese: %s", place, text)
		}
		translated, found := zh[place]
		if !found {
			t.Errorf("%s has no Chinese", place)
		}
		if !strings.HasSuffix(place, "title") && !strings.ContainsFunc(translated, isHan) {
			t.Errorf("%s is not Chinese: %q", place, translated)
		}
		names, same := code.FindAllString(text, -1), code.FindAllString(translated, -1)
		slices.Sort(names)
		slices.Sort(same)
		if !slices.Equal(slices.Compact(names), slices.Compact(same)) {
			t.Errorf("%s names %s in English and %s in Chinese", place, names, same)
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// The pages show every call, lead everywhere they link to, and run nothing.
func TestPages(t *testing.T) {
	var operations struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal([]byte(get(t, "/openapi.yaml")), &operations); err != nil {
		t.Fatal(err)
	}
	id, link := regexp.MustCompile(` id="([^"]+)"`), regexp.MustCompile(`href="#([^"]+)"`)
	for _, path := range []string{"/docs/", "/docs/zh/"} {
		page := get(t, path)
		ids := map[string]bool{}
		for _, m := range id.FindAllStringSubmatch(page, -1) {
			if ids[m[1]] {
				t.Errorf("%s: two things have the id %s", path, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			if !ids[m[1]] {
				t.Errorf("%s: a link leads to %s, which is not there", path, m[1])
			}
		}
		for name, item := range operations.Paths {
			for method := range item {
				if method == "get" || method == "post" {
					operation, _ := item[method].(map[string]any)
					if called, _ := operation["operationId"].(string); !ids[called] {
						t.Errorf("%s: %s %s is missing", path, method, name)
					}
				}
			}
		}
		for _, bad := range []string{"<script", "style=", "<no value>", "%!", "&lt;nil&gt;", "map["} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
		for _, wanted := range []string{"ERR_NO_PUSHER_FOUND", "nvr_category", "record_files", "last_key_frame_age", "severity"} {
			if !strings.Contains(page, wanted) {
				t.Errorf("%s does not hold %s", path, wanted)
			}
		}
	}
}
