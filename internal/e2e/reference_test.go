//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"mediapusher/api/openapi"
	"mediapusher/api/openapi/openapitest"
	"mediapusher/internal/nvrsim"
)

// document returns one of the two, as the service serves it.
func document(path string) ([]byte, error) {
	h, err := openapi.New()
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Body.Bytes(), nil
}

var reference = sync.OnceValues(func() (*openapitest.Reference, error) {
	text, err := document("/openapi.yaml")
	if err != nil {
		return nil, err
	}
	return openapitest.Load(text)
})

// documented reads an answer's body, and fails the test where it is not as the reference says.
func documented(t testing.TB, response *http.Response) ([]byte, error) {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	r, err := reference()
	if err != nil {
		return nil, err
	}
	if err := r.Check(response.Request.Method, response.Request.URL.Path, response, body); err != nil {
		t.Errorf("%s %s: %s: %v", response.Request.Method, response.Request.URL.Path, body, err)
	}
	return body, nil
}

// npm returns a file below node_modules of a folder of this package, which it installs where it is missing.
func npm(t testing.TB, folder, file string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(folder, "node_modules", file))
	if err != nil {
		t.Fatal(err)
	}
	if fileMissing(path) {
		if _, stderr, err := run(t, t.Context(), need(t, "npm"), "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
			lacking(t, file+" ("+lastLine(stderr)+")")
		}
	}
	return path
}

// The documents are OpenAPI 3.1 by the schema of the OpenAPI Initiative.
func TestReferenceIsOpenAPI(t *testing.T) {
	file, err := os.Open(npm(t, "client", "@seriousme/openapi-schema-validator/schemas/v3.1/schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	official, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openapi.json", official); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/openapi.yaml", "/openapi.zh.yaml"} {
		text, err := document(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			text string
			ok   bool
		}{
			{string(text), true},
			{strings.Replace(string(text), "operationId: startLive", "operationID: startLive", 1), false},
			{strings.Replace(string(text), "in: path", "in: somewhere", 1), false},
		} {
			tree, err := openapitest.Tree([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(tree); (err == nil) != c.ok {
				t.Errorf("%s: %v, want ok %v", path, err, c.ok)
			}
		}
	}
}

// What the service itself answers on both listeners is as the reference says, while a live stream and a recording of each maker run and
// when they have ended.
func TestAnswersAreAsInReference(t *testing.T) {
	t.Parallel()
	s := startService(t, settings{})
	ask := func(base, path string, body any) string {
		t.Helper()
		method, content := http.MethodGet, []byte(nil)
		if body != nil {
			method = http.MethodPost
			var err error
			if content, err = json.Marshal(body); err != nil {
				t.Fatal(err)
			}
		}
		request, err := http.NewRequest(method, base+path, bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		answer, err := documented(t, response)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 600)})
		live, back := s.live(r, 1), s.back(r, 1, 0, 600)
		s.call("/REAL_STREAM", r.request(1, "nvr_channel", 99)) // fails, and is among those that ended
		both := func() {
			for _, base := range []string{s.api, s.admin} {
				for _, a := range []answer{live, back} {
					ask(base, fmt.Sprintf("/STREAM/%d", a.Handle), nil)
					if said := ask(base, fmt.Sprintf("/STREAM/%d/TRACE", a.Handle), nil); !strings.Contains(said, `"verdict"`) {
						t.Errorf("TRACE of %s: %s", vendor, said)
					}
				}
			}
			id := regexp.MustCompile(`"session_id":"(\w+)"`).FindStringSubmatch(ask(s.admin, "/STREAMS", nil))
			if id == nil {
				t.Fatal("no session is listed")
			}
			ask(s.admin, "/STREAMS/"+id[1]+"/TRACE", nil)
		}
		both()
		for _, base := range []string{s.api, s.admin} {
			ask(base, "/DEVICE", r.request(1))
			ask(base, "/DEVICE/SNAPSHOT", r.request(1))
		}
		ask(s.api, "/DEVICE/SNAPSHOT", r.request(1, "nvr_channel", 99))
		s.stop(live)
		s.stop(back)
		both()
		ask(s.api, "/DEVICE", r.request(1, "nvr_pwd", "wrong"))
	}
	for _, path := range []string{"/INFO", "/metrics", "/healthz", "/readyz", "/console", "/docs", "/openapi.yaml", "/openapi.zh.yaml"} {
		ask(s.admin, path, nil)
	}
	ask(s.admin, "/CONFIG/RELOAD", struct{}{})
}
