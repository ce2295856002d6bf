package pusher_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"mediapusher/pusher"
)

// TestGreet: who does not shake hands is no RTMP server, whatever it says.
func TestGreet(t *testing.T) {
	server, client := tlsConfigs(t)
	const whole = 1 + 2*1536
	for name, tt := range map[string]struct {
		scheme string
		secure bool   // whether the server speaks TLS
		answer []byte // to 1537 bytes
		good   bool
	}{
		"server":       {"rtmp", false, append([]byte{3}, make([]byte, whole-1)...), true},
		"later digest": {"rtmp", false, append([]byte{3, 0, 0, 0, 1, 4, 0, 0, 1}, make([]byte, whole-9)...), true},
		"behind TLS":   {"rtmps", true, append([]byte{3}, make([]byte, whole-1)...), true},
		"no TLS there": {"rtmps", false, append([]byte{3}, make([]byte, whole-1)...), false},
		"web server":   {"rtmp", false, append([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), make([]byte, whole)...), false},
		"half of it":   {"rtmp", false, append([]byte{3}, make([]byte, 700)...), false},
		"hangs up":     {"rtmp", false, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			addr := serve(t, func(p *peer) {
				if tt.secure {
					secureServer(p, server)
				}
				hello := make([]byte, 1537)
				if _, err := io.ReadFull(p.conn, hello); err == nil {
					_, _ = p.conn.Write(tt.answer)
				}
			})
			address := tt.scheme + "://" + addr + "/live/"
			greeter := dialer(t, pusher.RTMPConfig{URL: address + "{stream}?key=hush", TLS: client, Timeout: time.Second})
			err := greeter.Greet(t.Context())
			if (err == nil) != tt.good {
				t.Errorf("%v", err)
			}
			var failed *pusher.Error
			if err != nil && (!errors.As(err, &failed) || failed.Step != pusher.StepHandshake || failed.Address != address+"stream") {
				t.Errorf("%#v", err)
			}
		})
	}
}

func TestGreetASilentServer(t *testing.T) {
	addr := serve(t, func(p *peer) { _, _ = io.Copy(io.Discard, p.conn) })
	silent := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}", Timeout: 50 * time.Millisecond})
	if err := silent.Greet(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
