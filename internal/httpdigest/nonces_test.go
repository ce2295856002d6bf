package httpdigest_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/icholy/digest"

	"mediapusher/internal/httpdigest"
)

// strict is a device that takes a nonce for one page only, and each count of it once.
type strict struct {
	recorder recorder
	nonces   map[string]string // path by nonce
	counts   map[string]int    // the last count by nonce
	unasked  int               // what a header is answered that was not asked for at the page; 0 takes it
	statuses []int             // of all answers
}

func (s *strict) RoundTrip(request *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(""))}
	defer func() { s.statuses = append(s.statuses, answer.StatusCode) }()
	authorization := request.Header.Get("Authorization")
	given, err := digest.ParseCredentials(authorization)
	switch {
	case authorization != "" && err == nil && s.unasked != 0 && given.Nc > 1:
		answer.StatusCode = s.unasked
	case authorization == "" || err != nil || s.nonces[given.Nonce] != request.URL.Path || given.Nc != s.counts[given.Nonce]+1 ||
		!s.recorder.right(request, authorization):
		answer.StatusCode = http.StatusUnauthorized
		nonce := fmt.Sprintf("n%d", len(s.nonces))
		s.nonces[nonce] = request.URL.Path
		answer.Header.Set("WWW-Authenticate", `Digest realm="r", qop="auth", nonce="`+nonce+`"`)
	default:
		s.counts[given.Nonce]++
	}
	return answer, nil
}

func TestDoAgain(t *testing.T) {
	for _, tt := range []struct {
		name     string
		paths    []string
		pause    time.Duration
		unasked  int
		forgets  bool // the device forgets its nonces between requests
		password string
		want     []int
	}{
		{name: "one challenge for a page", paths: []string{"/a", "/a", "/a"}, want: []int{401, 200, 200, 200}},
		{name: "one for each page", paths: []string{"/a", "/b", "/a", "/b"}, want: []int{401, 200, 401, 200, 200, 200}},
		{name: "not for long", paths: []string{"/a", "/a"}, pause: 31 * time.Second, want: []int{401, 200, 401, 200}},
		{name: "not from when it was used last", paths: []string{"/a", "/a", "/a"}, pause: 20 * time.Second, want: []int{401, 200, 200, 401, 200}},
		{name: "forgotten", paths: []string{"/a", "/a"}, forgets: true, want: []int{401, 200, 401, 200}},
		{name: "not wanted unasked", paths: []string{"/a", "/a"}, unasked: 403, want: []int{401, 200, 403, 401, 200}},
		{name: "wrong password", paths: []string{"/a", "/a"}, password: "wrong", want: []int{401, 401, 401, 401}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				device := &strict{nonces: map[string]string{}, counts: map[string]int{}, unasked: tt.unasked}
				given := password
				if tt.password != "" {
					given = tt.password
				}
				client := httpdigest.NewWithTransport(httpdigest.Config{User: user, Password: given}, device)
				for _, path := range tt.paths {
					request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://x"+path, strings.NewReader("x"))
					if err != nil {
						t.Fatal(err)
					}
					answer, err := client.DoAgain(request)
					if err != nil || answer.Status == 200 != (tt.password == "") || answer.Attempts != 1 {
						t.Errorf("%s: %+v, %v", path, answer, err)
					}
					<-time.After(tt.pause)
					if tt.forgets {
						clear(device.counts)
						for nonce := range device.nonces {
							device.nonces[nonce] = ""
						}
					}
				}
				if !slices.Equal(device.statuses, tt.want) {
					t.Errorf("answers %v, want %v", device.statuses, tt.want)
				}
			})
		})
	}
}
