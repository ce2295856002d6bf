package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/osservice"
)

func TestExitCodes(t *testing.T) {
	for want, err := range map[int]error{
		1: errors.New("anything"), 3: errNotRunning, 4: fmt.Errorf("x: %w", osservice.ErrNotInstalled), 5: fmt.Errorf("x: %w", osservice.ErrNoRights),
	} {
		if got := exitCode(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}

// stated is a service whose status is known.
type stated struct {
	osservice.Service
	status osservice.Status
	err    error
}

func (s stated) Status(context.Context) (osservice.Status, error) { return s.status, s.err }

func TestDescribe(t *testing.T) {
	config := filepath.Join(t.TempDir(), "mediapusher.yml")
	text := "api:\n  listen: \":8190\"\nadmin:\n  listen: 192.0.2.7:8091\n  token: not-to-be-shown\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	status := osservice.Status{State: osservice.Running, Since: time.Now().Add(-90 * time.Second), PID: 85, Program: program, Config: config}
	var out strings.Builder
	if err := describe(t.Context(), &out, stated{status: status}); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"state:   running\n", "(1m30s)\n", "pid:     85\n", "version: dev\n", "api:     :8190\n", "console: http://192.0.2.7:8091/console/\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "not-to-be-shown") {
		t.Error("the token is shown")
	}

	status = osservice.Status{State: osservice.Failed, Program: "/no/such/program", Config: "/no/such/file"}
	out.Reset()
	if err := describe(t.Context(), &out, stated{status: status}); !errors.Is(err, errNotRunning) {
		t.Errorf("%v", err)
	}
	if text := out.String(); !strings.Contains(text, "version: unknown\n") || !strings.Contains(text, "api:     unknown: ") {
		t.Error(text)
	}
	if err := describe(t.Context(), &out, stated{err: osservice.ErrNotInstalled}); !errors.Is(err, osservice.ErrNotInstalled) {
		t.Errorf("%v", err)
	}
}

func TestAddressesOfAListener(t *testing.T) {
	for listen, want := range map[string]string{
		":8091": "127.0.0.1:8091", "0.0.0.0:8091": "127.0.0.1:8091", "[::]:8091": "[::1]:8091", "192.0.2.7:1": "192.0.2.7:1",
		"[2001:db8::1]:1": "[2001:db8::1]:1", "localhost:1": "localhost:1", "odd": "odd",
	} {
		if got := fromHere(listen); got != want {
			t.Errorf("%s: %s, want %s", listen, got, want)
		}
	}
	for _, listen := range []string{"192.0.2.7:1", "localhost:1", "odd"} {
		if got := fromOutside(listen); got != listen {
			t.Errorf("%s: %s", listen, got)
		}
	}
	for _, listen := range []string{":8091", "[::]:8091"} {
		host, port, err := net.SplitHostPort(fromOutside(listen))
		if ip := net.ParseIP(host); err != nil || port != "8091" || ip == nil || ip.IsUnspecified() {
			t.Errorf("%s: %s %s, %v", listen, host, port, err)
		}
	}
}

func TestAskHealth(t *testing.T) {
	for code, well := range map[int]bool{
		http.StatusOK: true, http.StatusUnauthorized: true, http.StatusServiceUnavailable: false, http.StatusInternalServerError: false,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/healthz" {
				code = http.StatusInternalServerError
			}
			w.WriteHeader(code)
		}))
		if err := askHealth(t.Context(), server.Listener.Addr().String()); (err == nil) != well {
			t.Errorf("%d: %v", code, err)
		}
		server.Close()
		if err := askHealth(t.Context(), server.Listener.Addr().String()); err == nil {
			t.Error("a listener that has closed is well")
		}
	}

	// One that accepts and says nothing is not well, and does not keep the question forever.
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := askHealth(ctx, silent.Addr().String()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
