package netway_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

func TestClockReading(t *testing.T) {
	asked := time.Date(2026, 7, 20, 4, 0, 0, 0, time.UTC)
	east := time.FixedZone("", 8*3600)
	wall := func(h, m, s int) time.Time { return time.Date(2026, 7, 20, h, m, s, 0, time.UTC) }
	const half = 500 * time.Millisecond // a second that is shown has begun up to a second ago
	for name, test := range map[string]struct {
		reading netway.ClockReading
		assumed *time.Location
		want    time.Duration
		zone    string
	}{
		"right":                          {netway.ClockReading{Wall: wall(12, 0, 0), Zone: east}, time.UTC, half, "UTC+08:00"},
		"half of a round trip of 4 s":    {netway.ClockReading{Wall: wall(12, 0, 2), Zone: east, Answered: asked.Add(4 * time.Second)}, time.UTC, half, "UTC+08:00"},
		"behind":                         {netway.ClockReading{Wall: wall(11, 58, 0), Zone: east}, time.UTC, half - 2*time.Minute, "UTC+08:00"},
		"no zone":                        {netway.ClockReading{Wall: wall(12, 0, 30)}, east, half + 30*time.Second, ""},
		"west of UTC":                    {netway.ClockReading{Wall: wall(0, 30, 0), Zone: time.FixedZone("", -210*60)}, time.UTC, half, "UTC-03:30"},
		"summer":                         {netway.ClockReading{Wall: wall(13, 0, 0), Zone: east, Summer: true}, time.UTC, half, "UTC+08:00"},
		"winter where there is a summer": {netway.ClockReading{Wall: wall(12, 0, 0), Zone: east, Summer: true}, time.UTC, half, "UTC+08:00"},
		"an hour ahead without a summer": {netway.ClockReading{Wall: wall(13, 0, 0), Zone: east}, time.UTC, half + time.Hour, "UTC+08:00"},
	} {
		test.reading.Asked = asked
		if test.reading.Answered.IsZero() {
			test.reading.Answered = asked
		}
		if got := test.reading.Offset(test.assumed); got != test.want || test.reading.ZoneName() != test.zone {
			t.Errorf("%s: %v in %q, want %v in %q", name, got, test.reading.ZoneName(), test.want, test.zone)
		}
	}
}

func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"Gate": "Gate", "大门": "大门", "\xb4\xf3\xc3\xc5 1": "大门 1", " two\r\nlines\x00 ": "two lines", "\xff\xff": "��", "": "",
	} {
		if got := netway.Name(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Whatever bytes a name has: it becomes one short line of UTF-8, and what is UTF-8 stays.
func FuzzName(f *testing.F) {
	f.Add("大门")
	f.Add("\xb4\xf3\xc3\xc5")
	f.Add("\x81\x30\x81\x30\xff")
	f.Fuzz(func(t *testing.T, text string) {
		if name := netway.Name(text); len(name) > 120 || !utf8.ValidString(name) || strings.ContainsAny(name, "\r\n\x00") {
			t.Errorf("%q became %q", text, name)
		}
		if utf8.ValidString(text) && string(netway.UTF8([]byte(text))) != text {
			t.Errorf("%q was changed", text)
		}
	})
}

func TestEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, done atomic.Int32
		start := time.Now()
		err := netway.Each(t.Context(), 10*time.Second, 100, func(ctx context.Context, _ int) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			select {
			case <-time.After(time.Second):
				done.Add(1)
			case <-ctx.Done():
			}
			return nil
		})
		if took := time.Since(start); err != nil || took != 10*time.Second || done.Load() < 27 || done.Load() > 30 || most.Load() != 3 || running.Load() != 0 {
			t.Errorf("%d of 100 in %v, %d at once, %d still run", done.Load(), took, most.Load(), running.Load())
		}
	})
}

// Recorders count refused passwords: one that was refused is not sent again for all the other pages.
func TestEachStops(t *testing.T) {
	refused := &device.Error{Kind: device.KindAuth, Code: http.StatusUnauthorized}
	var asked atomic.Int32
	err := netway.Each(t.Context(), time.Minute, 100, func(context.Context, int) error {
		asked.Add(1)
		return refused
	})
	if !errors.Is(err, refused) || asked.Load() > 3 {
		t.Errorf("%v after %d questions", err, asked.Load())
	}
}

func TestRealm(t *testing.T) {
	for challenge, want := range map[string]string{
		`Digest realm="Login to 4F0123", nonce="n"`: "Login to 4F0123",
		`Basic REALM=Device_CGI, x=1`:               "Device_CGI",
		`Digest nonce="n"`:                          "",
		"":                                          "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				t.Error("credentials were sent")
			}
			if challenge != "" {
				w.Header().Set("WWW-Authenticate", challenge)
				w.WriteHeader(http.StatusUnauthorized)
			}
		}))
		at := netip.MustParseAddrPort(server.Listener.Addr().String())
		got, err := netway.Realm(t.Context(), netway.Config{}, netway.Vendor{LoginPath: "/page"}, device.Target{
			Host: "127.0.0.1", HTTPPort: int(at.Port()), User: "admin", Password: device.NewSecret("hush"),
		})
		server.Close()
		if got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", challenge, got, err, want)
		}
	}
}
