package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.uber.org/goleak"

	"mediapusher/internal/nvrsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// output is what the program prints, readable while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func parse(t *testing.T, args ...string) options {
	t.Helper()
	var o options
	parser, err := kong.New(&o, kong.Vars{"auths": auths})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return o
}

// launch runs the program on free ports and returns what it printed and the address of its control interface.
func launch(t *testing.T, args ...string) (printed, control string) {
	t.Helper()
	o := parse(t, append([]string{
		"--hikvision-http=0", "--hikvision-rtsp=0", "--dahua-http=0", "--dahua-rtsp=0", "--control=127.0.0.1:0",
	}, args...)...)
	ctx, cancel := context.WithCancel(context.Background())
	out, done := &output{}, make(chan error, 1)
	go func() { done <- run(ctx, o, out) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	address := regexp.MustCompile(`http://[0-9.:]+`)
	for limit := time.After(20 * time.Second); ; {
		if control = address.FindString(out.String()); control != "" {
			return out.String(), control
		}
		select {
		case <-limit:
			t.Fatal("no table")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func ask(t *testing.T, method, address, body string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(all)
}

func TestTable(t *testing.T) {
	printed, _ := launch(t, "--channels=100")
	for _, want := range []string{
		"hikvision ", "nvr_channel 1 ", "/Streaming/Channels/101", "user admin", "password demo12345",
		"dahua ", "nvr_channel 0 ", "/cam/realmonitor?channel=1&subtype=0", "and 92 more",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in\n%s", want, printed)
		}
	}
}

// TestSDKPort opens the port of one recorder, which then stands in the table and in the state.
func TestSDKPort(t *testing.T) {
	printed, control := launch(t, "--dahua-sdk=0")
	address := regexp.MustCompile(`SDK (127\.0\.0\.1:[0-9]+)`).FindAllStringSubmatch(printed, -1)
	if len(address) != 1 {
		t.Fatalf("%d SDK ports in\n%s", len(address), printed)
	}
	if _, text := ask(t, "GET", control+"/sim/state?vendor=dahua", ""); !strings.Contains(text, `"sdk": "`+address[0][1]+`"`) {
		t.Errorf("no %s in %s", address[0][1], text)
	}
}

func TestControl(t *testing.T) {
	_, control := launch(t)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/sim/faults?vendor=dahua", `{"silent_stream": true, "close_after": "2s"}`, 200},
		{"POST", "/sim/faults", `{"no_such_fault": true}`, 400},
		{"POST", "/sim/drop", "", 200},
		{"POST", "/sim/unlock", "", 200},
		{"GET", "/sim/journal?vendor=hikvision", "", 200},
		{"GET", "/sim/faults", "", 405},
	} {
		if status, text := ask(t, c.method, control+c.path, c.body); status != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, text)
		}
	}
	_, text := ask(t, "GET", control+"/sim/state", "")
	var state map[string]struct {
		Faults   nvrsim.Faults    `json:"faults"`
		Channels []nvrsim.Channel `json:"channels"`
		HTTP     string           `json:"http"`
	}
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		t.Fatal(err)
	}
	if !state["dahua"].Faults.SilentStream || state["hikvision"].Faults.SilentStream || len(state["hikvision"].Channels) != 6 {
		t.Errorf("%s", text)
	}
}
