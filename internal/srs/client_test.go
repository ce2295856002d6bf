package srs_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mediapusher/internal/srs"
)

// The answers of the releases: 5 and 6 as they came, 3 as its source writes them.
const (
	version3 = `{"code":0,"server":4711,"data":{"major":3,"minor":0,"revision":168,"version":"3.0.168"}}`
	version4 = `{"code":0,"server":"vid-2w35d3o","data":{"major":4,"minor":0,"revision":271,"version":"4.0.271"}}`
	version6 = `{"code":0,"server":"vid-99m6l81","service":"7w360939","pid":"7045","data":{"major":6,"minor":0,"revision":155,"version":"6.0.155"}}`

	streams3 = `{"code":0,"server":4711,"streams":[{"id":12,"name":"abc","vhost":10,"app":"live","live_ms":1795259025820,"clients":3,` +
		`"frames":647,"send_bytes":3989,"recv_bytes":1292079,"kbps":{"recv_30s":163,"send_30s":0},"publish":{"active":true,"cid":107},` +
		`"video":{"codec":"H264","profile":"Other","level":"Other","width":320,"height":240},` +
		`"audio":{"codec":"AAC","sample_rate":44100,"channel":2,"profile":"LC"}}]}`
	streams6 = `{"code":0,"server":"vid-99m6l81","service":"7w360939","pid":"7045","streams":[` +
		`{"id":"vid-454q420","name":"abc","vhost":"vid-89zm207","app":"live","clients":0,"frames":0,"send_bytes":3989,"recv_bytes":1,` +
		`"kbps":{"recv_30s":0,"send_30s":0},"publish":{"active":false},"video":null,"audio":null},` +
		`{"id":"vid-454q426","name":"abc","vhost":"vid-89zm207","app":"live","tcUrl":"rtmp://127.0.0.1:27356/live","url":"/live/abc",` +
		`"live_ms":1795259088763,"clients":1,"frames":647,"send_bytes":3989,"recv_bytes":1292079,"kbps":{"recv_30s":163,"send_30s":0},` +
		`"publish":{"active":true,"cid":"t233d558"},"video":{"codec":"HEVC","profile":"Main","level":"4","width":2560,"height":1440},` +
		`"audio":{"codec":"AAC","sample_rate":44100,"channel":2,"profile":"LC"}},` +
		`{"id":"vid-1","name":"abc","app":"other","clients":9,"publish":{"active":true}}]}`
)

// server answers by path and counts.
func server(t *testing.T, answers map[string]string) (string, *atomic.Int32) {
	t.Helper()
	var requests atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answer, known := answers[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(s.Close)
	return s.URL, &requests
}

func client(t *testing.T, cfg srs.Config) *srs.Client {
	t.Helper()
	c, err := srs.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVersions(t *testing.T) {
	for _, test := range []struct{ answer, text, hevc string }{
		{version3, "3.0.168", "none"},
		{version4, "4.0.271", "none"},
		{version6, "6.0.155", "enhanced"},
		{`{"code":0,"data":{"major":6,"minor":0,"revision":2}}`, "6.0.2", "legacy"},
		{`{"code":0,"data":{"major":6,"minor":0,"revision":1,"version":"6.0.1"}}`, "6.0.1", "none"},
		{`{"code":0,"data":{"major":7,"minor":0,"revision":1,"version":"7.0.1"}}`, "7.0.1", "enhanced"},
	} {
		url, requests := server(t, map[string]string{"/api/v1/versions": test.answer})
		c := client(t, srs.Config{URL: url})
		for range 2 {
			v, err := c.Version(t.Context())
			if err != nil || v.Text != test.text || v.HEVC() != test.hevc {
				t.Errorf("%s: %+v, %s, %v", test.answer, v, v.HEVC(), err)
			}
		}
		if n := requests.Load(); n != 1 {
			t.Errorf("%d requests for one version", n)
		}
	}
}

func TestStream(t *testing.T) {
	hevc := srs.Stream{App: "live", Name: "abc", Publishing: true, VideoCodec: "H.265", Width: 2560, Height: 1440, BitsPerSecond: 163000}
	avc := srs.Stream{App: "live", Name: "abc", Publishing: true, VideoCodec: "H.264", Width: 320, Height: 240, BitsPerSecond: 163000, Viewers: 2}
	for _, test := range []struct {
		name, answer, app, stream string
		want                      srs.Stream
		ok                        bool
	}{
		{"release 3", streams3, "live", "abc", avc, true},
		{"release 6", streams6, "live", "abc", hevc, true},
		{"another app", streams6, "other", "abc", srs.Stream{App: "other", Name: "abc", Publishing: true, Viewers: 8}, true},
		{"unknown app", streams3, "nvr", "abc", avc, true},
		{"a name with extension", streams3, "live", "abc.sdp", avc, true},
		{
			"published at an edge", strings.Replace(streams3, `"active":true`, `"active":false`, 1), "live", "abc", avc, true,
		},
		{"ended", `{"code":0,"streams":[{"name":"abc","clients":2,"publish":{"active":false}}]}`, "live", "abc", srs.Stream{Name: "abc", Viewers: 2}, true},
		{"not there", streams6, "live", "abcd", srs.Stream{}, false},
		{"none", `{"code":0,"streams":[]}`, "live", "abc", srs.Stream{}, false},
		{"null", `{"code":0,"streams":null}`, "live", "abc", srs.Stream{}, false},
		{
			"numbers of a stranger", `{"code":0,"streams":[{"name":"abc","clients":-1e300,"kbps":{"recv_30s":-5},"publish":{"active":true},"video":{"codec":"\u0000x","width":1e300}}]}`,
			"live", "abc",
			srs.Stream{Name: "abc", Publishing: true, VideoCodec: "x", Width: 1 << 30},
			true,
		},
	} {
		url, _ := server(t, map[string]string{"/api/v1/streams/": test.answer})
		got, ok, err := client(t, srs.Config{URL: url + "/"}).Stream(t.Context(), test.app, test.stream)
		if err != nil || ok != test.ok || got != test.want {
			t.Errorf("%s: %+v, %v, %v; want %+v", test.name, got, ok, err, test.want)
		}
	}
}

// A list longer than a page is read to its end from a server that pages, and once from one that gives all at once.
func TestPages(t *testing.T) {
	for _, test := range []struct {
		name            string
		paging          bool
		total, requests int
	}{
		{"three pages", true, 2345, 3},
		{"a full page", true, 1000, 2},
		{"all at once", false, 2345, 2},
		{"just a page at once", false, 1000, 2},
		{"beyond the ceiling", true, 25000, 20},
	} {
		var requests atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			start, count := 0, test.total
			if test.paging {
				start, _ = strconv.Atoi(r.URL.Query().Get("start"))
				count, _ = strconv.Atoi(r.URL.Query().Get("count"))
			}
			var b strings.Builder
			for i := start; i < min(start+count, test.total); i++ {
				fmt.Fprintf(&b, `,{"id":"s%d","name":"n%d","publish":{"active":true}}`, i, i)
			}
			_, _ = fmt.Fprintf(w, `{"code":0,"streams":[%s]}`, strings.TrimPrefix(b.String(), ","))
		}))
		all, err := client(t, srs.Config{URL: s.URL, Timeout: time.Minute}).Streams(t.Context())
		if want := min(test.total, 20000); err != nil || len(all) != want || int(requests.Load()) != test.requests {
			t.Errorf("%s: %d streams by %d requests, %v; want %d by %d", test.name, len(all), requests.Load(), err, want, test.requests)
		}
		s.Close()
	}
}

// One list serves all who ask while it is fresh, also those who come while it is on its way.
func TestOneListForAll(t *testing.T) {
	release, requests := make(chan struct{}), new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		<-release
		_, _ = w.Write([]byte(streams3))
	}))
	defer s.Close()
	var now atomic.Int64
	c := client(t, srs.Config{URL: s.URL, Timeout: time.Minute, Now: func() time.Time { return time.Unix(now.Load(), 0) }})

	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := c.Stream(gone, "live", "abc"); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone: %v", err)
	}
	var waiting sync.WaitGroup
	for range 50 {
		waiting.Go(func() {
			if _, ok, err := c.Stream(t.Context(), "live", "abc"); !ok || err != nil {
				t.Errorf("%v, %v", ok, err)
			}
		})
	}
	close(release)
	waiting.Wait()
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	now.Add(2)
	if _, _, err := c.Stream(t.Context(), "live", "abc"); err != nil || requests.Load() != 2 {
		t.Errorf("a second later: %d requests, %v", requests.Load(), err)
	}
}

// In the first half minute the server tells no rate; then it is what came since the list before.
func TestRateOfAYoungStream(t *testing.T) {
	var now, bytes atomic.Int64
	now.Store(1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"code":0,"streams":[{"id":"a","name":"abc","recv_bytes":%d,"kbps":{"recv_30s":0},"publish":{"active":true}}]}`, bytes.Load())
	}))
	defer s.Close()
	c := client(t, srs.Config{URL: s.URL, Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	for _, test := range []struct {
		seconds, bytes int64
		want           float64
	}{{0, 1000, 0}, {2, 251000, 1e6}, {4, 251000, 0}, {6, 100, 0}} {
		now.Store(1000 + test.seconds)
		bytes.Store(test.bytes)
		if got, _, err := c.Stream(t.Context(), "live", "abc"); err != nil || got.BitsPerSecond != test.want {
			t.Errorf("after %d s: %v, %v, want %v", test.seconds, got.BitsPerSecond, err, test.want)
		}
	}
}

func TestFailures(t *testing.T) {
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + free.Addr().String()
	_ = free.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer silent.Close()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	status := func(code int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, test := range []struct {
		name, url string
		notSRS    bool
		says      string
	}{
		{"nobody there", nobody, false, "refused"},
		{"silent", silent.URL, false, "no answer in time"},
		{"not found", status(404, "nginx"), true, "404"},
		{"a page", status(200, "<html>MediaMTX</html>"), true, "not its JSON"},
		{"other JSON", status(200, `{"version":"1"}`), true, "no code"},
		{"a list", status(200, `[]`), true, "not its JSON"},
		{"no version", status(200, `{"code":0,"data":{}}`), true, "no version"},
		{"an error of SRS", status(200, `{"code":2048}`), false, "2048"},
		{"password wanted", status(401, `{"code":1061}`), false, "srs.api_url"},
		{"too much", status(200, `{"code":0,"x":"`+strings.Repeat("x", 5<<20)+`"}`), true, "larger"},
		{"sent away", status(302, ""), true, "302"},
	} {
		address := strings.Replace(test.url, "http://", "http://operator:open%20sesame@", 1)
		c := client(t, srs.Config{URL: address, Timeout: 300 * time.Millisecond})
		_, err := c.Version(t.Context())
		if err == nil || errors.Is(err, srs.ErrNotSRS) != test.notSRS || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if strings.Contains(err.Error(), "@") { // what follows "//" and ends with it is hidden from callers, as a password would be
			t.Errorf("%s: %v", test.name, err)
		}
		for _, secret := range []string{"sesame", "operator"} {
			if strings.Contains(err.Error()+c.URL(), secret) {
				t.Errorf("%s: the error holds %s: %v", test.name, secret, err)
			}
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("another server was asked")
	}
}

func TestCredentials(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "admin" || password != "p@ss" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(version6))
	}))
	defer s.Close()
	if _, err := client(t, srs.Config{URL: strings.Replace(s.URL, "//", "//admin:p%40ss@", 1)}).Version(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:1985", "rtmp://host:1935", "http://", "http://u:hush@host:99999999/%zz", "http://host/?x=hush"} {
		if _, err := srs.New(srs.Config{URL: address}); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// FuzzStreams: whatever a server answers, the list is bounded and its texts can be printed.
func FuzzStreams(f *testing.F) {
	for _, seed := range []string{streams3, streams6, version6, `{"code":0,"streams":[{"id":{},"name":1}]}`, `{`} {
		f.Add([]byte(seed))
	}
	var mu sync.Mutex
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, answer []byte) {
		mu.Lock()
		defer mu.Unlock()
		body = answer
		all, err := client(t, srs.Config{URL: s.URL}).Streams(t.Context())
		if err != nil {
			return
		}
		for _, stream := range all {
			if stream.Viewers < 0 || stream.Width < 0 || stream.BitsPerSecond < 0 || len([]rune(stream.VideoCodec)) > 64 || len(stream.Name) > 512 {
				t.Errorf("%+v", stream)
			}
		}
	})
}
