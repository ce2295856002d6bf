//go:build unix

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mediapusher/internal/nvrsim"
)

// generateClient makes a client of the reference that the service serves, and a program of it that runs the contract's sequence. It
// returns the program's path.
func generateClient(t *testing.T, node string, s *service) string {
	t.Helper()
	generator := npm(t, "client", "@hey-api/openapi-ts/bin/index.cjs")
	compiler := npm(t, "client", "typescript/bin/tsc")
	dir := t.TempDir()
	out, stderr, err := run(t, t.Context(), node, generator, "-i", s.admin+"/openapi.yaml", "-o", filepath.Join(dir, "api"), "--no-log-file")
	if err != nil {
		t.Fatalf("the generator fails: %v %s %s", err, out, stderr)
	}
	program, err := os.ReadFile("client/sequence.ts")
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(dir, "sequence.ts")
	if err := os.WriteFile(source, program, 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, err = run(t, t.Context(), node, compiler, "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable",
		"--module", "commonjs", "--moduleResolution", "node10", "--outDir", filepath.Join(dir, "js"), source)
	if err != nil {
		t.Fatalf("the compiler fails: %v %s %s", err, out, stderr)
	}
	return filepath.Join(dir, "js", "sequence.js")
}

// TestGeneratedClient: what a stranger's generator makes of the reference can do what the contract says, with recorders of both makers.
// It is not parallel: a compiler takes the time that others measure.
func TestGeneratedClient(t *testing.T) {
	node := need(t, "node")
	s := startService(t, settings{interval: 20 * time.Second, grace: 10 * time.Second})
	program := generateClient(t, node, s)
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		t.Run(vendor, func(t *testing.T) {
			t.Parallel()
			r := startRecorder(t, nvrsim.Config{Vendor: vendor, Channels: disk(vendor, 0, 600)})
			args := []string{node, program, s.api, s.admin}
			for _, body := range []any{
				r.request(1), r.recorded(1, 5, 500), map[string]string{"pos_time": clockText(noon.Add(200 * time.Second))},
			} {
				text, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				args = append(args, string(text))
			}
			if out, stderr, err := run(t, t.Context(), args...); err != nil {
				t.Errorf("%v %s %s", err, out, stderr)
			}
			if len(r.movements()) != 1 {
				t.Errorf("the camera moved as %v", r.movements())
			}
			r.stands(1)
			r.left(3 * time.Second)
		})
	}
}
