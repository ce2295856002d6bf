package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/e2e/loopback"
	"mediapusher/internal/shadow"
)

func TestHostOfTheOldServer(t *testing.T) {
	for address, want := range map[string]string{
		"http://10.0.0.1:8090": "10.0.0.1:8090", "http://old/": "old:80", "http://[fd00::1]:8090": "[fd00::1]:8090",
		"https://old": "", "old:8090": "", "http://old/path": "", "http://u:hush@old": "", "": "",
	} {
		got, err := hostOf(address)
		if got != want || (err != nil) != (want == "") || (err != nil && strings.Contains(err.Error(), "hush")) {
			t.Errorf("%q: %q, %v", address, got, err)
		}
	}
}

// The whole command: a client calls it, the report and the summary tell of the difference.
func TestShadowCommand(t *testing.T) {
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status_code":200,"status_message":"OK","rtmp_url":"rtmp://a/b","play_handle":"7"}`)
	}))
	defer old.Close()
	address, status := freeAddress(t), freeAddress(t)
	report := filepath.Join(t.TempDir(), "report")
	command := shadowCommand{Old: old.URL, Listen: address, Report: report, Status: status}
	cfg := config.Default()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var summary bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- command.run(ctx, &cfg, &summary, zap.NewNop()) }()

	call := func(method, url, body string) []byte {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for {
			request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Close = true
			response, err := http.DefaultClient.Do(request)
			if err == nil {
				text, err := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
			if time.Now().After(deadline) {
				t.Fatal(err)
			}
			<-time.After(5 * time.Millisecond) // it does not listen yet
		}
	}
	answer := call(http.MethodPost, "http://"+address+"/REAL_STREAM",
		`{"nvr_category":0,"nvr_addr":"192.0.2.1","nvr_port":8000,"nvr_user":"a","nvr_pwd":"hush","nvr_channel":1}`)
	if !bytes.Contains(answer, []byte(`"play_handle":"7"`)) {
		t.Errorf("the client got %s", answer)
	}
	var sum shadow.Summary
	for deadline := time.Now().Add(20 * time.Second); sum.Requests == 0; {
		if err := json.Unmarshal(call(http.MethodGet, "http://"+status+"/", ""), &sum); err != nil || time.Now().After(deadline) {
			t.Fatalf("%+v, %v", sum, err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	lines, err := os.ReadFile(report)
	if err != nil || !strings.Contains(string(lines), `{"field":"play_handle","kind":"type","old":"string","new":"number"}`) || strings.Contains(string(lines), "hush") {
		t.Errorf("report %s, %v", lines, err)
	}
	if err := json.Unmarshal(summary.Bytes(), &sum); err != nil || sum.Requests != 1 {
		t.Errorf("summary %s, %v", &summary, err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := loopback.Port()
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
