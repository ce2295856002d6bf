package api_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"mediapusher/api"
)

// However many say nothing, callers are answered, and who is being answered stays.
func TestIdleConnectionsLockNobodyOut(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- struct{}{}
			<-leave
		}
		_, _ = io.WriteString(w, "well")
	}))
	slow := dial(t, address)
	if _, err := io.WriteString(slow, "GET /slow HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-entered
	first := dial(t, address)
	for range api.MaxConnections {
		dial(t, address)
	}
	if _, err := io.Copy(io.Discard, first); isTimeout(err) {
		t.Error("the oldest silent connection stays")
	}
	for range 3 {
		if answer := exchange(t, address, "GET / HTTP/1.0\r\n\r\n"); answer[len(answer)-4:] != "well" {
			t.Errorf("answer %q", answer)
		}
	}
	close(leave)
	if res, err := http.ReadResponse(bufio.NewReader(slow), nil); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the call under way: %v", err)
	} else {
		_ = res.Body.Close()
	}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// exhausted is a listener without file descriptors that recovers.
type exhausted struct {
	net.Listener
	failures int
}

func (l *exhausted) Accept() (net.Conn, error) {
	if l.failures > 0 {
		l.failures--
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

// That nobody can be accepted is told once, and what strangers do wrong is not.
func TestAcceptErrorsAreTold(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	server := httptest.NewUnstartedServer(nil)
	server.Config = api.NewServer(handler(newFake()), zap.New(core))
	server.Listener = &exhausted{Listener: server.Listener, failures: 3}
	server.Start()
	defer server.Close()
	exchange(t, server.Listener.Addr().String(), "GET / HTTP/1.0\r\n\r\n")
	if all := logs.All(); len(all) != 1 || all[0].Level != zapcore.WarnLevel || all[0].Message != "cannot accept callers" {
		t.Errorf("log: %v", all)
	}
}
