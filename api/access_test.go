package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"mediapusher/api"
	"mediapusher/internal/device"
)

func TestPreflight(t *testing.T) {
	for _, path := range []string{"/REAL_STREAM", "/STREAM/1/BEATS", "/anything/at/all", "/"} {
		f := newFake()
		w := call(handler(f), "OPTIONS", path, "", "Origin", "http://page.example:81", "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "content-type,x-requested-with", "Access-Control-Request-Private-Network", "true")
		if w.Code != 200 || w.Body.String() != okText || f.told() != "" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		checkHeaders(t, path, w.Header(), w.Body.Len())
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": "http://page.example:81", "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
			"Access-Control-Allow-Headers": "content-type,x-requested-with", "Access-Control-Allow-Private-Network": "true",
			"Access-Control-Max-Age": "600", "Access-Control-Allow-Credentials": "", "Allow": "GET, POST, OPTIONS",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if got := strings.Join(w.Header().Values("Vary"), ","); got != "Origin,Access-Control-Request-Headers" {
			t.Errorf("%s: Vary is %q", path, got)
		}
	}
	w := call(handler(newFake()), "OPTIONS", "/x", "")
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Access-Control-Allow-Headers") != "" {
		t.Errorf("OPTIONS without origin: %d %v", w.Code, w.Header())
	}
	w = call(handler(newFake()), "OPTIONS", "/x", "", "Origin", "null")
	if got := w.Header().Get("Access-Control-Allow-Headers"); got != "Content-Type, X-Requested-With, Authorization" {
		t.Errorf("without asking, the headers are %q", got)
	}
	if got := w.Header().Get("Access-Control-Allow-Private-Network"); got != "" {
		t.Errorf("without asking, private network is %q", got)
	}
}

func TestOrigins(t *testing.T) {
	limited := api.New(api.Config{Settings: fixed(api.Settings{Origins: []string{"http://a.example:81", "https://b.example"}})}, newFake())
	for _, test := range []struct {
		h           func() (allowed, credentials string)
		want, creds string
	}{
		{answerTo(handler(newFake()), "http://any"), "http://any", ""},
		{answerTo(handler(newFake()), "null"), "null", ""},
		{answerTo(handler(newFake()), ""), "", ""},
		{answerTo(limited, "http://a.example:81"), "http://a.example:81", "true"},
		{answerTo(limited, "HTTPS://B.example"), "HTTPS://B.example", "true"},
		{answerTo(limited, "http://a.example"), "", ""},
		{answerTo(limited, "http://a.example:81.evil"), "", ""},
		{answerTo(limited, "null"), "", ""},
	} {
		if allowed, creds := test.h(); allowed != test.want || creds != test.creds {
			t.Errorf("allowed %q, credentials %q; want %q, %q", allowed, creds, test.want, test.creds)
		}
	}
}

func answerTo(h http.Handler, origin string) func() (string, string) {
	return func() (string, string) {
		w := call(h, "GET", "/STREAM/12681/BEATS", "", "Origin", origin)
		return w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Credentials")
	}
}

func TestToken(t *testing.T) {
	f := newFake()
	h := api.New(api.Config{Settings: fixed(api.Settings{URLs: urls, Token: device.NewSecret("open-sesame")})}, f)
	for header, want := range map[string]int{
		"Bearer open-sesame": 200, "bearer  open-sesame ": 200, "Bearer open": 401, "Bearer": 401, "": 401, "Basic open-sesame": 401,
		"open-sesame": 401, "Bearer open-sesame2": 401,
	} {
		for _, path := range []string{"/STREAM/12681/BEATS", "/unknown"} {
			w := call(h, "GET", path, "", "Authorization", header, "Origin", "http://page")
			code := want
			if path == "/unknown" && want == 200 {
				code = 404
			}
			if w.Code != code {
				t.Errorf("%q on %s: %d, want %d", header, path, w.Code, code)
			}
			if code == 401 && (w.Body.String() != said(401, "a token is needed: Authorization: Bearer ...") ||
				w.Header().Get("WWW-Authenticate") != "Bearer" || w.Header().Get("Access-Control-Allow-Origin") != "http://page") {
				t.Errorf("%q: %s %v", header, w.Body, w.Header())
			}
		}
	}
	if w := call(h, "OPTIONS", "/REAL_STREAM", "", "Origin", "http://page"); w.Code != 200 {
		t.Errorf("a preflight, which has no token, got %d", w.Code)
	}
}

type names map[string][]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if _, found := n[host]; !found {
		return nil, errors.New("no such host")
	}
	var list []netip.Addr
	for _, text := range n[host] {
		list = append(list, netip.MustParseAddr(text))
	}
	return list, nil
}

func TestAllowedNetworks(t *testing.T) {
	resolver := names{"in": {"10.8.1.1", "fd00::1"}, "out": {"192.168.0.1"}, "both": {"10.8.1.1", "192.168.0.1"}, "none": {}, "mapped": {"::ffff:10.8.1.1"}}
	allow := api.AllowNetworks([]netip.Prefix{netip.MustParsePrefix("10.8.0.0/16"), netip.MustParsePrefix("fd00::/8")}, resolver)
	const refused = "login: not allowed: allow_devices does not hold this address"
	for host, want := range map[string]string{
		"10.8.30.109": liveAnswer, "fd00::7": liveAnswer, "in": liveAnswer, "mapped": liveAnswer,
		"10.9.0.1": said(600, "hikvision 10.9.0.1:8000: "+refused), "::1": said(600, "hikvision [::1]:8000: "+refused),
		"out": said(600, "hikvision out:8000: "+refused), "both": said(600, "hikvision both:8000: "+refused),
		"unknown": said(606, "hikvision unknown:8000: login: unreachable: the name has no address: no such host"),
		"none":    said(606, "hikvision none:8000: login: unreachable: the name has no address: lookup none: no address"),
	} {
		f := newFake()
		h := api.New(api.Config{Settings: fixed(api.Settings{URLs: urls}), Allow: allow}, f)
		w := call(h, "POST", "/REAL_STREAM", strings.Replace(six, "10.8.30.109", host, 1))
		if w.Body.String() != want || (want != liveAnswer && f.told() != "") {
			t.Errorf("%s: %s, %q; want %s", host, w.Body, f.told(), want)
		}
		if want == liveAnswer {
			want = backAnswer
		}
		w = call(h, "POST", "/BACK_STREAM", strings.TrimSuffix(strings.Replace(six, "10.8.30.109", host, 1), "}")+twelve)
		if w.Body.String() != want {
			t.Errorf("playback, %s: %s, want %s", host, w.Body, want)
		}
	}
	if err := api.AllowNetworks(nil, resolver)(t.Context(), device.Target{Host: "unknown"}); err != nil {
		t.Errorf("without networks: %v", err)
	}
}

// {host} is the host by which the caller came, as long as it is one.
func TestCallersHost(t *testing.T) {
	plain := handler(newFake())
	proxied := api.New(api.Config{Settings: fixed(api.Settings{URLs: urls, TrustForwardedHost: true})}, newFake())
	for _, test := range []struct {
		proxied         bool
		host, forwarded string
		want            string
	}{
		{false, "nvr.example:8090", "", "nvr.example"},
		{false, "NVR.Example", "", "nvr.example"},
		{false, "10.0.0.7:8090", "", "10.0.0.7"},
		{false, "[2001:db8::7]:8090", "", "[2001:db8::7]"},
		{false, "[2001:db8::7]", "", "[2001:db8::7]"},
		{false, "localhost:8090", "", "localhost"},
		{false, "nvr.example", "proxy.example", "nvr.example"},
		{false, "", "", "localhost"},
		{false, `evil"/><script>`, "", "localhost"},
		{false, "a/b", "", "localhost"},
		{false, "user@host", "", "localhost"},
		{true, "nvr.example", "proxy.example:443, inner", "proxy.example"},
		{true, "nvr.example", "", "nvr.example"},
		{true, "nvr.example", "e v i l", "nvr.example"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/REAL_STREAM", strings.NewReader(six))
		r.Host = test.host
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-Host", test.forwarded)
		}
		w := httptest.NewRecorder()
		if test.proxied {
			proxied.ServeHTTP(w, r)
		} else {
			plain.ServeHTTP(w, r)
		}
		if want := strings.ReplaceAll(liveAnswer, "10.8.30.2", test.want); w.Body.String() != want {
			t.Errorf("%+v: %s", test, w.Body)
		}
	}
}
