//go:build unix

package e2e

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/internal/e2e/rtmp"
	"mediapusher/internal/nvrsim"
)

// failing is one row of the error table: what is wrong, what is asked, and what must be answered.
type failing struct {
	name    string
	vendor  string
	cfg     nvrsim.Config
	channel int
	more    []any // further fields
	code    int
	// says is what the message must name, in any case of letters; empty where the words are free.
	says string
}

func videoFaults() []failing {
	channel := func(f nvrsim.Faults) nvrsim.Config { return nvrsim.Config{Faults: f} }
	return []failing{
		{"no parameter sets", nvrsim.Hikvision, channel(nvrsim.Faults{NoParameterSets: true}), 1, nil, 601, ""},
		{"no parameter sets", nvrsim.Dahua, channel(nvrsim.Faults{NoParameterSets: true}), 1, nil, 601, ""},
		{"JPEG", nvrsim.Hikvision, channel(nvrsim.Faults{VideoAs: nvrsim.VideoAsMJPEG}), 1, nil, 601, ""},
		{"no such channel", nvrsim.Hikvision, nvrsim.Config{}, 99, nil, 603, "channel"},
		{"no such channel", nvrsim.Dahua, nvrsim.Config{}, 99, nil, 603, "channel"},
		{"camera offline", nvrsim.Hikvision, nvrsim.Config{}, 6, nil, 603, ""},
		{"camera offline", nvrsim.Dahua, nvrsim.Config{}, 6, nil, 603, ""},
		{"offline as 503", nvrsim.Hikvision, channel(nvrsim.Faults{Offline: []int{1}, OfflineAs: nvrsim.OfflineUnavailable}), 1, nil, 603, ""},
		{"offline and silent", nvrsim.Dahua, channel(nvrsim.Faults{Offline: []int{1}, OfflineAs: nvrsim.OfflineSilent}), 1, nil, 603, ""},
		{"silent stream", nvrsim.Hikvision, channel(nvrsim.Faults{SilentStream: true}), 1, nil, 603, ""},
		{"stream limit", nvrsim.Hikvision, channel(nvrsim.Faults{RTSPStatus: map[string]int{"SETUP": 453}}), 1, nil, 603, "453"},
		{"stream limit at DESCRIBE", nvrsim.Dahua, channel(nvrsim.Faults{RTSPStatus: map[string]int{"DESCRIBE": 453}}), 1, nil, 603, "453"},
		{"PLAY hangs", nvrsim.Hikvision, channel(nvrsim.Faults{RTSPHang: []string{"PLAY"}}), 1, nil, 603, ""},
		{
			"closes after PLAY", nvrsim.Dahua,
			channel(nvrsim.Faults{CloseAfter: nvrsim.Duration(time.Millisecond), WaitKeyFrame: true}), 1, nil, 603, "",
		},
		{"wrong password", nvrsim.Hikvision, nvrsim.Config{}, 1, []any{"nvr_pwd", "wrong-Secret.1"}, 606, "password"},
		{"wrong password", nvrsim.Dahua, nvrsim.Config{}, 1, []any{"nvr_pwd", "wrong-Secret.1"}, 606, "password"},
		{"account locked", nvrsim.Hikvision, nvrsim.Config{LockAfter: 1}, 1, []any{"nvr_pwd", "wrong-Secret.2"}, 606, ""},
		{"device hangs", nvrsim.Hikvision, channel(nvrsim.Faults{HTTPHang: true, RTSPHang: []string{"OPTIONS", "DESCRIBE"}}), 1, nil, 606, ""},
		{"device resets", nvrsim.Dahua, channel(nvrsim.Faults{HTTPRefuse: true, RTSPRefuse: true}), 1, nil, 606, ""},
	}
}

// Every row of the error table that live video can cause; nothing is left behind, and no answer tells a password.
func TestErrorTable(t *testing.T) {
	server := startFake(t, rtmp.Config{OnMessage: func(string, rtmp.Message) {}})
	s := startService(t, settings{publish: server.template(), start: 4 * time.Second, more: `allow_devices: ["127.0.0.0/8"]`})
	before := s.descriptors()
	t.Run("device", func(t *testing.T) {
		for _, tt := range videoFaults() {
			t.Run(tt.vendor+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				tt.cfg.Vendor = tt.vendor
				source := startRecorder(t, tt.cfg)
				begin := time.Now()
				a, err := s.try("/REAL_STREAM", source.request(tt.channel, tt.more...))
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%d %s (%v)", a.Code, a.Message, time.Since(begin).Round(10*time.Millisecond))
				checkFailure(t, a, tt.code, tt.says)
				if a.Handle != 0 {
					s.stop(a)
				}
				if took := time.Since(begin); took > 5*time.Second {
					t.Errorf("answered after %v", took)
				}
				source.left(2 * time.Second)
			})
		}
	})
	t.Run("unreachable", func(t *testing.T) {
		body := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision}).request(1, "http_port", freePort(t), "rtsp_port", freePort(t))
		checkFailure(t, s.call("/REAL_STREAM", body), 606, "127.0.0.1")
	})
	t.Run("request", func(t *testing.T) { checkRequests(t, s) })
	eventually(t, 3*time.Second, "no RTMP connection left", func() bool { return server.Connections() == 0 })
	eventually(t, 40*time.Second, "no socket left in the service", func() bool { return s.descriptors() <= before+2 })
}

func checkFailure(t *testing.T, a answer, code int, says string) {
	t.Helper()
	if a.Code != code || a.Handle != 0 || a.URL != "" {
		t.Errorf("answer %+v, want %d", a, code)
	}
	if a.Message == "" || a.Message == "OK" || !strings.Contains(strings.ToLower(a.Message), says) {
		t.Errorf("message %q does not name %q", a.Message, says)
	}
	for _, secret := range []string{password, "Secret"} {
		if strings.Contains(a.Message, secret) {
			t.Errorf("the message tells a password: %q", a.Message)
		}
	}
}

// checkRequests: 600 and 605, which need no device.
func checkRequests(t *testing.T, s *service) {
	t.Helper()
	source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	for name, body := range map[string]any{
		"no JSON":          "{",
		"empty":            "",
		"an array":         "[]",
		"no address":       source.request(1, "nvr_addr", ""),
		"unknown category": source.request(1, "nvr_category", 7),
		"no number":        source.request(1, "nvr_channel", "x"),
		"port too high":    source.request(1, "nvr_port", 70000),
		"not allowed":      source.request(1, "nvr_addr", "192.0.2.9"),
	} {
		if a := s.call("/REAL_STREAM", body); a.Code != 600 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	for path, code := range map[string]int{
		"/STREAM/12345/BEATS": 605, "/STREAM/12345/STOP": 605, "/STREAM/x/BEATS": 600, "/STREAM/12345": 605,
	} {
		if a := s.call(path, nil); a.Code != code {
			t.Errorf("%s: %+v, want %d", path, a, code)
		}
	}
	if c := source.Counts(); c.LoginsAccepted+c.LoginsRefused > 0 {
		t.Errorf("a refused request reached the recorder: %+v", c)
	}
}

// A refused password is tried once; later callers of the same device and user are told so without a further attempt.
func TestWrongPasswordIsTriedOnce(t *testing.T) {
	server := startFake(t, rtmp.Config{})
	s := startService(t, settings{publish: server.template()})
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		source := startRecorder(t, nvrsim.Config{Vendor: vendor})
		var callers sync.WaitGroup
		for i := range 5 {
			callers.Go(func() {
				a, err := s.try("/REAL_STREAM", source.request(1+i%3, "nvr_pwd", "wrong"))
				if err != nil || a.Code != 606 {
					t.Errorf("%s: %+v, %v", vendor, a, err)
				}
			})
		}
		callers.Wait()
		if n := source.Counts().LoginsRefused; n != 1 {
			t.Errorf("%s: %d attempts with the wrong password", vendor, n)
		}
	}
}

// What an RTMP server does wrong: 602 with the server's words, and the device's session is torn down.
func TestRTMPServerFails(t *testing.T) {
	silent := listen(t, func(net.Conn) {})
	closing := listen(t, func(c net.Conn) { c.Close() })
	tests := []struct{ name, template, says string }{
		{"unreachable", fmt.Sprintf("rtmp://127.0.0.1:%d/live/{stream}", freePort(t)), "refused"},
		{"refuses", startNginx(t).Refusing(), ""},
		{"refuses with words", startFake(t, rtmp.Config{Reject: "NetStream.Publish.BadName"}).template(), "badname"},
		{"stalls", "rtmp://" + silent + "/live/{stream}", ""},
		{"closes", "rtmp://" + closing + "/live/{stream}", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			source := startRecorder(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
			s := startService(t, settings{publish: tt.template, start: 4 * time.Second})
			a := s.call("/REAL_STREAM", source.request(1))
			t.Logf("%d %s", a.Code, a.Message)
			checkFailure(t, a, 602, tt.says)
			source.left(2 * time.Second)
			// Where both fail, the device's code is the answer.
			a = s.call("/REAL_STREAM", source.request(6))
			checkFailure(t, a, 603, "")
			if code := s.call("/REAL_STREAM", source.request(1, "nvr_pwd", "wrong")).Code; code != 606 {
				t.Errorf("wrong password: %d", code)
			}
		})
	}
}

// listen accepts connections for the length of a test.
func listen(t testing.TB, each func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			each(c)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range open {
			c.Close()
		}
	})
	return l.Addr().String()
}
