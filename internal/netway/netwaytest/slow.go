package netwaytest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/device/devicetest/simulated"
	"mediapusher/internal/nvrsim"
)

// answerTime is how long a slow recorder takes for each answer.
const answerTime = 300 * time.Millisecond

// Slow tests that a recorder that takes its time for each page is asked few times one after the other, and that a stream starts without
// the pages that never answer, of which each of optional holds the path.
func (a Adapter) Slow(t *testing.T, optional ...string) {
	t.Helper()
	t.Run("every answer", func(t *testing.T) {
		d, took := a.startBehind(t, func(*http.Request) <-chan time.Time { return time.After(answerTime) })
		// The search, challenge and answer of the login, and challenge and answer of the other pages side by side; one more to spare.
		if limit := 6 * answerTime; took > limit {
			t.Errorf("login and look-ups took %v, want at most %v", took, limit)
		}
		if err := devicetest.Play(t, d, a.FirstChannel); err != nil {
			t.Error(err)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		d, took := a.startBehind(t, func(r *http.Request) <-chan time.Time {
			for _, page := range optional {
				if strings.HasPrefix(r.URL.RequestURI(), page) {
					return nil // for ever
				}
			}
			return time.After(0)
		})
		if took > 5*time.Second {
			t.Errorf("look-ups took %v", took)
		}
		if err := devicetest.Play(t, d, a.FirstChannel); err != nil {
			t.Error(err)
		}
	})
}

// startBehind opens a simulated recorder whose pages come when wait says so, and asks for a stream, whose RTSP port the caller names.
func (a Adapter) startBehind(t *testing.T, wait func(*http.Request) <-chan time.Time) (device.Device, time.Duration) {
	t.Helper()
	target := a.Simulate(t, nvrsim.Config{}).Target
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: device.JoinAddress(target.Host, target.HTTPPort)})
	transport := &http.Transport{}
	proxy.Transport = transport
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-wait(r):
			proxy.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() {
		server.Close()
		transport.CloseIdleConnections()
	})
	target.HTTPPort = simulated.Port(t, server.Listener.Addr().String())
	start := time.Now()
	d := openOne(t, a.Driver(nil), target)
	if _, err := d.Live(t.Context(), device.LiveRequest{Channel: a.FirstChannel}); err != nil {
		t.Fatal(err)
	}
	return d, time.Since(start)
}
