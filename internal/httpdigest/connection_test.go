package httpdigest_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"mediapusher/internal/httpdigest"
)

const movement = "<PTZData><pan>60</pan></PTZData>"

// put sends a movement with its body.
func put(t *testing.T, client *httpdigest.Client, url string) (*httpdigest.Answer, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url+path, strings.NewReader(movement))
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(request)
}

// counted serves handler and counts the connections.
func counted(t *testing.T, handler http.Handler) (url string, connections func() int) {
	t.Helper()
	var (
		mu sync.Mutex
		n  int
	)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			mu.Lock()
			n++
			mu.Unlock()
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// The body goes with the challenged request and with the answer, over one connection where the device keeps it.
func TestBodyIsRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		want   int // connections of two movements
	}{
		"kept":                      {"keep-alive", 1},
		"closed, as by older Dahua": {"close", 4},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &recorder{challenges: []string{challenge}}
			url, connections := counted(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != movement || r.Method != http.MethodPut || r.Header.Values("Idempotency-Key") != nil {
					t.Errorf("%s %q, %v, headers %v", r.Method, body, err, r.Header)
				}
				w.Header().Set("Connection", test.header)
				rec.ServeHTTP(w, r)
			}))
			client := newClient(t, httpdigest.Config{User: user, Password: password})
			for range 2 {
				answer, err := put(t, client, url)
				if err != nil || answer.Status != http.StatusOK || string(answer.Body) != "welcome" || answer.Attempts != 1 {
					t.Fatalf("answer %+v, error %v", answer, err)
				}
			}
			if rec.unasked != 2 || rec.attempts != 2 || connections() != test.want {
				t.Errorf("%d unasked and %d attempts over %d connections, want 2, 2, %d", rec.unasked, rec.attempts, connections(), test.want)
			}
		})
	}
}

// A movement does not wait behind searches that a recorder takes its time for.
func TestNothingWaitsBehindSlowAnswers(t *testing.T) {
	const searches = 8
	rec := &recorder{challenges: []string{challenge}}
	waiting, release := make(chan struct{}), make(chan struct{})
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			waiting <- struct{}{}
			<-release
		}
		rec.ServeHTTP(w, r)
	}))
	client := newClient(t, httpdigest.Config{User: user, Password: password})
	var all sync.WaitGroup
	for range searches {
		all.Go(func() {
			if _, err := client.Get(t.Context(), url+path); err != nil {
				t.Error(err)
			}
		})
		<-waiting
	}
	if answer, err := put(t, client, url); err != nil || answer.Status != http.StatusOK {
		t.Errorf("answer %+v, error %v", answer, err)
	}
	go func() {
		for range searches { // each asks once more, with credentials
			<-waiting
		}
	}()
	close(release)
	all.Wait()
}

// Firmware that closes the connection behind its challenge, without a word, gets the answer over another one. A POST that is not behind the
// digest may be a login of its own, and is not tried twice.
func TestConnectionClosedUnannounced(t *testing.T) {
	for name, test := range map[string]struct {
		method string
		closes func(*http.Request) bool
		want   bool // an answer
	}{
		"behind the challenge": {http.MethodPost, authorized, true},
		"PUT":                  {http.MethodPut, func(r *http.Request) bool { return r.Method == http.MethodPut }, true},
		"POST":                 {http.MethodPost, func(r *http.Request) bool { return r.Method == http.MethodPost && !authorized(r) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			rec := &recorder{challenges: []string{challenge}}
			var served sync.WaitGroup
			served.Go(func() {
				for first := true; ; first = false {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					served.Go(func() { serveUntil(t, conn, rec, func(r *http.Request) bool { return first && test.closes(r) }) })
				}
			})
			client := httpdigest.New(httpdigest.Config{User: user, Password: password})
			defer func() {
				client.Close()
				_ = listener.Close()
				served.Wait()
			}()
			url := "http://" + listener.Addr().String() + path
			if _, err := client.Ask(t.Context(), url); err != nil { // the connection is kept
				t.Fatal(err)
			}
			request, err := http.NewRequestWithContext(t.Context(), test.method, url, strings.NewReader(movement))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := client.Do(request)
			if (err == nil) != test.want || test.want && (answer.Status != http.StatusOK || answer.Attempts != 1 || rec.attempts != 1) {
				t.Errorf("answer %+v after %d attempts, error %v", answer, rec.attempts, err)
			}
		})
	}
}

func authorized(r *http.Request) bool { return r.Header.Get("Authorization") != "" }

// serveUntil answers requests until the client goes, or closes asks for the end instead of an answer.
func serveUntil(t *testing.T, conn net.Conn, handler http.Handler, closes func(*http.Request) bool) {
	t.Helper()
	defer func() { _ = conn.Close() }()
	for reader := bufio.NewReader(conn); ; {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, request.Body); err != nil || closes(request) {
			return
		}
		recorded := httptest.NewRecorder()
		handler.ServeHTTP(recorded, request)
		answer := recorded.Result()
		answer.ContentLength = int64(recorded.Body.Len())
		if err := answer.Write(conn); err != nil {
			t.Error(err)
		}
	}
}
