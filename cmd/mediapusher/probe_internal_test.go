package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/doctor"
	"mediapusher/internal/nvrsim"
)

// simulate runs a recorder of a vendor, and returns where its HTTP is.
func simulate(t *testing.T, vendor string) (httpPort int) {
	t.Helper()
	recorder, err := nvrsim.New(nvrsim.Config{Vendor: vendor})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- recorder.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return int(netip.MustParseAddrPort(recorder.HTTPAddr()).Port())
}

// A recorder is described by nothing but its address, ports and a password.
func TestProbe(t *testing.T) {
	for vendor, channels := range map[string]string{"hikvision": `"channel": 33`, "dahua": `"channel": 0`} {
		t.Run(vendor, func(t *testing.T) {
			cfg := config.Default()
			looking, err := newInspectors(&cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer looking.close()
			way := access{Vendor: "auto", User: "admin", HTTPPort: simulate(t, vendor)}
			target, err := way.target(t.Context(), "127.0.0.1", device.NewSecret("demo12345"), looking.recognise)
			if err != nil {
				t.Fatal(err)
			}
			told, err := looking.Describe(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := printDevice(&out, target, told); err != nil {
				t.Fatal(err)
			}
			var view struct {
				Vendor   string            `json:"vendor"`
				Offset   *float64          `json:"clock_offset"`
				Channels []json.RawMessage `json:"channels"`
			}
			if err := json.Unmarshal(out.Bytes(), &view); err != nil || view.Vendor != vendor || len(view.Channels) != 6 || view.Offset == nil {
				t.Errorf("%v\n%s", err, out.Bytes())
			}
			if text := out.String(); !strings.Contains(text, channels) || strings.Contains(text, "demo12345") {
				t.Errorf("%s", text)
			}
		})
	}
}

func TestNobodysRecorder(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	cfg := config.Default()
	looking, err := newInspectors(&cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer looking.close()
	at := netip.MustParseAddrPort(server.Listener.Addr().String())
	if vendor, err := looking.recognise(t.Context(), device.Target{Host: "127.0.0.1", HTTPPort: int(at.Port())}); err == nil || vendor != "" {
		t.Errorf("%q, %v", vendor, err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func TestTryPort(t *testing.T) {
	ours := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"status_code":401,"status_message":"the token is missing"}`)
	}))
	defer ours.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	free := listen(t)
	address := free.Addr().String()
	_ = free.Close()
	for address, want := range map[string]error{
		address: nil, ours.Listener.Addr().String(): doctor.ErrOurs, other.Listener.Addr().String(): doctor.ErrHeld,
	} {
		if err := tryPort(t.Context(), address, answersAsOurs); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	if err := tryPort(t.Context(), "192.0.2.1:80", answersAsOurs); err == nil {
		t.Error("an address of somebody else can be listened at")
	}
}

// The whole command: what is wrong with the configuration, and what is found without one.
func TestDoctor(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yml")
	if err := os.WriteFile(bad, []byte("api: {listen: 7}\nnonsense: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := doctorCommand{configFile: configFile{Config: bad}}
	findings, err := broken.examine(t.Context(), io.Discard, device.Secret{})
	if err != nil || doctor.Worst(findings) != doctor.Broken {
		t.Errorf("%+v, %v", findings, err)
	}

	srs := listen(t)
	address := srs.Addr().String()
	_ = srs.Close()
	good := filepath.Join(dir, "good.yml")
	text := "api: {listen: [\"127.0.0.1:0\"]}\nadmin: {listen: \"127.0.0.1:0\"}\ndata_dir: " + dir + "/data\n" +
		"rtmp: {publish_url: \"rtmp://" + address + "/live/{stream}?token=hush\"}\nsrs: {api_url: none}\n"
	if err := os.WriteFile(good, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := doctorCommand{
		Addresses: []string{"127.0.0.1"}, access: access{Vendor: "dahua", User: "admin", HTTPPort: simulate(t, "dahua")},
		configFile: configFile{Config: good}, Publish: true,
	}
	findings, err = c.examine(t.Context(), io.Discard, device.NewSecret("demo12345"))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := doctor.Print(&out, doctor.English, findings); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"FAIL  rtmp", "can be written", "channel 0 Camera 01: main H.264", "offline (Unconnect)", "NVR4216"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	for _, secret := range []string{"hush", "demo12345"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("a secret in\n%s", out.String())
		}
	}
}
