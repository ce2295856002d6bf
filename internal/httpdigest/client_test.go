package httpdigest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/icholy/digest"
	"go.uber.org/goleak"

	"mediapusher/internal/httpdigest"
)

const (
	user     = "admin"
	password = "pä ss\"w%rd/16+"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is a test double that counts what it is asked.
type recorder struct {
	challenges []string // WWW-Authenticate headers of each 401
	// answer overrides the verdict on the n-th request with credentials, counted from 1; nil checks the digest.
	answer func(n int, w http.ResponseWriter) bool

	mu       sync.Mutex
	unasked  int // requests without credentials
	attempts int
	headers  []string
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	authorization := r.Header.Get("Authorization")
	if authorization == "" {
		rec.unasked++
		rec.refuse(w, nil)
		return
	}
	rec.attempts++
	rec.headers = append(rec.headers, authorization)
	if rec.answer != nil && rec.answer(rec.attempts, w) {
		return
	}
	if !rec.right(r, authorization) {
		rec.refuse(w, []byte("<userCheck><statusValue>401</statusValue></userCheck>"))
		return
	}
	_, _ = io.WriteString(w, "welcome")
}

func (rec *recorder) refuse(w http.ResponseWriter, body []byte) {
	for _, challenge := range rec.challenges {
		w.Header().Add("WWW-Authenticate", challenge)
	}
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write(body)
}

// right checks as a device does: it computes the response anew.
func (rec *recorder) right(r *http.Request, authorization string) bool {
	if strings.HasPrefix(authorization, "Basic ") {
		u, p, ok := r.BasicAuth()
		return ok && u == user && p == password
	}
	given, err := digest.ParseCredentials(authorization)
	if err != nil || given.URI != r.URL.RequestURI() {
		return false
	}
	challenge := &digest.Challenge{
		Realm: given.Realm, Nonce: given.Nonce, Opaque: given.Opaque, Algorithm: given.Algorithm,
	}
	if given.QOP != "" {
		challenge.QOP = []string{given.QOP}
	}
	want, err := digest.Digest(challenge, digest.Options{
		Method: r.Method, URI: given.URI, Username: user, Password: password, Cnonce: given.Cnonce, Count: given.Nc,
	})
	return err == nil && want.Response == given.Response
}

func serve(t *testing.T, rec http.Handler) string {
	t.Helper()
	server := httptest.NewServer(rec)
	t.Cleanup(server.Close)
	return server.URL
}

func newClient(t *testing.T, cfg httpdigest.Config) *httpdigest.Client {
	t.Helper()
	client := httpdigest.New(cfg)
	t.Cleanup(client.Close)
	return client
}

const path = "/cgi-bin/magicBox.cgi?action=getSystemInfo&b=1&a=2"

func TestChallenges(t *testing.T) {
	tests := []struct {
		name       string
		challenges []string
		allowBasic bool
		wantStatus int
		wantSent   string // what the credentials must contain, empty: none may be sent
	}{
		{
			"hikvision recorder, DNVRS-Webs",
			[]string{`Digest realm="DNVRS-Webs", domain="::", qop="auth", nonce="4d6a4d354e7a41324d7a493a31373032:1702563279000", opaque="", algorithm="MD5", stale="FALSE"`},
			false, 200, "algorithm=MD5",
		},
		{"hikvision camera", []string{`Digest realm="IP Camera(12345)", nonce="4e6a", qop="auth"`}, false, 200, "qop=auth"},
		{"dahua", []string{`Digest realm="Login to 4K0123", qop="auth", nonce="1822", opaque="8a3f"`}, false, 200, `opaque="8a3f"`},
		{"no qop", []string{`Digest realm="r", nonce="n"`}, false, 200, `nonce="n"`},
		{"lower case scheme", []string{`digest realm="r",nonce="n"`}, false, 200, `nonce="n"`},
		{
			"strongest of two headers",
			[]string{`Digest realm="r", nonce="weak", algorithm=MD5, qop="auth"`, `Digest realm="r", nonce="strong", algorithm=SHA-256, qop="auth"`},
			false, 200, `nonce="strong"`,
		},
		{
			"two challenges in one header",
			[]string{`Basic realm="a,b", Digest realm="x, y=\"1\"", nonce="n", algorithm="SHA-256", qop="auth-int, auth", stale=false`},
			true, 200, "SHA-256",
		},
		{"unknown algorithm left out", []string{`Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"`, `Digest realm="r", nonce="m"`}, false, 200, `nonce="m"`},
		{"basic allowed", []string{`Basic realm="Device_CGI"`}, true, 200, "Basic "},
		{"basic not allowed", []string{`Basic realm="Device_CGI"`}, false, 401, ""},
		{"digest before basic", []string{`Basic realm="x"`, `Digest realm="r", nonce="n"`}, true, 200, "Digest "},
		{"nothing offered", nil, true, 401, ""},
		{"rubbish", []string{`=,,=;"`, `Digest`, `Digest nonce=`}, false, 401, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := &recorder{challenges: tt.challenges}
			client := newClient(t, httpdigest.Config{User: user, Password: password, AllowBasic: tt.allowBasic})
			answer, err := client.Get(t.Context(), serve(t, rec)+path)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Status != tt.wantStatus || rec.unasked != 1 {
				t.Errorf("status %d after %d unasked requests, want %d after 1", answer.Status, rec.unasked, tt.wantStatus)
			}
			if answer.Attempts != rec.attempts {
				t.Errorf("answer tells %d attempts, device saw %d", answer.Attempts, rec.attempts)
			}
			if sent := strings.Join(rec.headers, "\n"); (tt.wantSent == "") != (sent == "") || !strings.Contains(sent, tt.wantSent) {
				t.Errorf("credentials %q, want %q in them", sent, tt.wantSent)
			}
		})
	}
}

const challenge = `Digest realm="r", nonce="n1", qop="auth"`

func TestWrongPasswordIsOneAttempt(t *testing.T) {
	rec := &recorder{challenges: []string{challenge}}
	client := newClient(t, httpdigest.Config{User: user, Password: "wrong-secret"})
	answer, err := client.Get(t.Context(), serve(t, rec)+path)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Status != 401 || rec.attempts != 1 || answer.Attempts != 1 {
		t.Errorf("status %d after %d attempts, want 401 after 1", answer.Status, rec.attempts)
	}
	if !strings.Contains(string(answer.Body), "userCheck") {
		t.Errorf("body of the refusal is lost: %q", answer.Body)
	}
}

func TestStaleNonce(t *testing.T) {
	stale := func(value string) func(int, http.ResponseWriter) bool {
		return func(_ int, w http.ResponseWriter) bool {
			w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n2", qop="auth", stale=`+value)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
	}
	once := func(answer func(int, http.ResponseWriter) bool) func(int, http.ResponseWriter) bool {
		return func(n int, w http.ResponseWriter) bool { return n == 1 && answer(n, w) }
	}
	expired := func(_ int, w http.ResponseWriter) bool {
		http.Error(w, "Error: Authority:check failure.", http.StatusForbidden)
		return true
	}
	isExpired := func(a *httpdigest.Answer) bool { return strings.Contains(string(a.Body), "check failure") }
	tests := []struct {
		name         string
		answer       func(int, http.ResponseWriter) bool
		expired      func(*httpdigest.Answer) bool
		wantStatus   int
		wantAttempts int
		wantUnasked  int
	}{
		{"capital TRUE", once(stale(`"TRUE"`)), nil, 200, 2, 1},
		{"stale for ever", stale("true"), nil, 401, 2, 1},
		{"FALSE with a new nonce", stale("FALSE"), nil, 401, 1, 1},
		{"403 for an expired nonce", once(expired), isExpired, 200, 2, 2},
		{"403 for ever", expired, isExpired, 403, 2, 2},
		{"403 is final elsewhere", expired, nil, 403, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := &recorder{challenges: []string{challenge}, answer: tt.answer}
			client := newClient(t, httpdigest.Config{User: user, Password: password, Expired: tt.expired})
			answer, err := client.Get(t.Context(), serve(t, rec)+path)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Status != tt.wantStatus || answer.Attempts != tt.wantAttempts || rec.attempts != tt.wantAttempts || rec.unasked != tt.wantUnasked {
				t.Errorf("status %d, %d (%d) attempts, %d unasked; want %d, %d, %d",
					answer.Status, answer.Attempts, rec.attempts, rec.unasked, tt.wantStatus, tt.wantAttempts, tt.wantUnasked)
			}
		})
	}
}

func TestLockedAccountGetsNoCredentials(t *testing.T) {
	rec := &recorder{challenges: []string{challenge}}
	client := newClient(t, httpdigest.Config{User: user, Password: password, Locked: func(*httpdigest.Answer) bool { return true }})
	answer, err := client.Get(t.Context(), serve(t, rec)+path)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Status != http.StatusUnauthorized || answer.Attempts != 0 || rec.attempts != 0 || rec.unasked != 1 {
		t.Errorf("status %d, %d attempts, %d unasked", answer.Status, rec.attempts, rec.unasked)
	}
}

func TestBodyCeilings(t *testing.T) {
	tests := []struct {
		name     string
		status   int
		size     int
		wantErr  error
		wantSize int
	}{
		{"largest good answer", 200, httpdigest.MaxBody, nil, httpdigest.MaxBody},
		{"good answer too large", 200, httpdigest.MaxBody + 1, httpdigest.ErrTooLarge, 0},
		{"error body is cut", 404, httpdigest.MaxErrorBody * 3, nil, httpdigest.MaxErrorBody},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, strings.Repeat("x", tt.size))
			}))
			answer, err := newClient(t, httpdigest.Config{}).Get(t.Context(), url)
			if !errors.Is(err, tt.wantErr) {
				t.Fatalf("error %v, want %v", err, tt.wantErr)
			}
			if err == nil && len(answer.Body) != tt.wantSize {
				t.Errorf("body of %d bytes, want %d", len(answer.Body), tt.wantSize)
			}
		})
	}
}

func TestSilentDeviceKeepsToContext(t *testing.T) {
	release := make(chan struct{})
	url := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, _ *http.Request) { <-release }))
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := newClient(t, httpdigest.Config{User: user, Password: password}).Get(ctx, url)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
	if strings.Contains(fmt.Sprint(err), password) {
		t.Errorf("password in %v", err)
	}
}

func TestSelfSignedTLSAndNoRedirect(t *testing.T) {
	server := httptest.NewTLSServer(http.RedirectHandler("https://elsewhere.invalid/", http.StatusFound))
	t.Cleanup(server.Close)
	answer, err := newClient(t, httpdigest.Config{}).Get(t.Context(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Status != http.StatusFound {
		t.Errorf("status %d, want the redirect itself", answer.Status)
	}
}

// The challenge header comes from outside: whatever it holds, a wrong password stays one attempt, or two where "stale" is claimed.
func FuzzChallenge(f *testing.F) {
	f.Add(challenge, "")
	f.Add(`Basic realm="x", Digest realm="a\"b", nonce="n", algorithm=SHA-256`, `Digest nonce="m", stale=TRUE`)
	f.Add(`Digest realm="`, `Digest nonce=,qop="auth,auth-int",=,`)
	f.Fuzz(func(t *testing.T, first, second string) {
		round := 0
		transport := func(r *http.Request) *http.Response {
			round++
			header := http.Header{"Www-Authenticate": {first}}
			if r.Header.Get("Authorization") != "" {
				header = http.Header{"Www-Authenticate": {second}}
			}
			return &http.Response{StatusCode: http.StatusUnauthorized, Header: header, Body: http.NoBody, Request: r}
		}
		client := httpdigest.NewWithTransport(httpdigest.Config{User: user, Password: password, AllowBasic: true}, roundTripper(transport))
		answer, err := client.Get(context.Background(), "http://192.0.2.1/x")
		if err != nil {
			return
		}
		if answer.Attempts > 2 || round > 3 {
			t.Fatalf("%d attempts in %d requests", answer.Attempts, round)
		}
		if answer.Attempts == 2 && !strings.Contains(strings.ToLower(second), "stale") {
			t.Fatalf("answered twice without a stale nonce: %q", second)
		}
	})
}

type roundTripper func(*http.Request) *http.Response

func (rt roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return rt(r), nil }
