package mediaserver_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/mediaserver"
)

func TestHTTPAnswers(t *testing.T) {
	s := start(t, mediaserver.Config{StreamWait: time.Millisecond})
	publish(t, s, "a")
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"HEAD", "/live/a.flv", 200},
		{"HEAD", "/live/a.flv?x=1", 200},
		{"HEAD", "/live/b.flv", 404},
		{"GET", "/live/b.flv", 404},
		{"GET", "/live/a", 404},
		{"GET", "/other/a.flv", 404},
		{"GET", "/", 404},
		{"GET", "/live/%2e%2e.flv", 404},
		{"OPTIONS", "/live/a.flv", 204},
		{"OPTIONS", "/whatever", 204},
		{"POST", "/live/a.flv", 405},
		{"DELETE", "/live/a.flv", 405},
	} {
		req, err := http.NewRequestWithContext(context.Background(), c.method, "http://"+s.HTTPAddr().String()+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "http://elsewhere.example")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s %s: %s", c.method, c.path, res.Status)
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: headers %v", c.method, c.path, res.Header)
		}
		if c.method == "GET" {
			var answer struct {
				Code    int    `json:"status_code"`
				Message string `json:"status_message"`
			}
			if err := json.Unmarshal(body, &answer); err != nil || answer.Code != c.status || answer.Message == "" {
				t.Errorf("%s %s: body %q", c.method, c.path, body)
			}
		}
	}
}

func TestHTTPWaitsForStream(t *testing.T) {
	s := start(t, mediaserver.Config{StreamWait: limit})
	status := make(chan int, 1)
	go func() {
		res, err := http.Head("http://" + s.HTTPAddr().String() + "/live/a.flv")
		if err != nil {
			status <- 0
			return
		}
		_ = res.Body.Close()
		status <- res.StatusCode
	}()
	publish(t, s, "other")
	publish(t, s, "a")
	if got := <-status; got != 200 {
		t.Errorf("status %d", got)
	}
}

func TestViewersLeave(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	write(t, p, video, 0, keyFrame(1))
	f := play(t, s, "a")
	if n := viewers(s, "a"); n != 1 {
		t.Errorf("%d viewers", n)
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "viewer gone", func() bool { return viewers(s, "a") == 0 })
	if n := viewers(s, "nobody"); n != 0 {
		t.Errorf("%d viewers of nothing", n)
	}
}

func TestPlayersAreBounded(t *testing.T) {
	s := start(t, mediaserver.Config{MaxPlayers: 2})
	p := publish(t, s, "a")
	write(t, p, video, 0, keyFrame(1))
	first := play(t, s, "a")
	play(t, s, "a")
	if res := open(t, s, "/live/a.flv"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("third player: %s", res.Status)
	}
	c := dial(t, s)
	c.connect("live")
	c.play("a")
	c.expectStatus("NetStream.Play.Failed")
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a free place", func() bool { return open(t, s, "/live/a.flv").StatusCode == http.StatusOK })
}

func TestRunAfterEndedContextClosesEverything(t *testing.T) {
	s, err := mediaserver.New(mediaserver.Config{RTMPListen: "127.0.0.1:0", HTTPListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	p := publish(t, s, "a")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Run(ctx); err != nil {
		t.Errorf("Run: %v", err)
	}
	<-p.Done()
	if _, err := s.Publish("b"); err == nil || !strings.Contains(err.Error(), mediaserver.ErrClosed.Error()) {
		t.Errorf("publish after the end: %v", err)
	}
	other, err := mediaserver.New(mediaserver.Config{RTMPListen: s.RTMPAddr().String(), HTTPListen: s.HTTPAddr().String()})
	if err != nil {
		t.Fatalf("addresses are still taken: %v", err)
	}
	if err := other.Run(ctx); err != nil {
		t.Error(err)
	}
}

func TestListenersAreOptional(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, cfg := range []mediaserver.Config{{}, {RTMPListen: "127.0.0.1:0"}, {HTTPListen: "127.0.0.1:0"}} {
		s, err := mediaserver.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if (s.RTMPAddr() != nil) != (cfg.RTMPListen != "") || (s.HTTPAddr() != nil) != (cfg.HTTPListen != "") {
			t.Errorf("%+v: addresses %v %v", cfg, s.RTMPAddr(), s.HTTPAddr())
		}
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	}
	if _, err := mediaserver.New(mediaserver.Config{App: "a/b"}); err == nil {
		t.Error("App a/b was taken")
	}
	taken := start(t, mediaserver.Config{})
	if _, err := mediaserver.New(mediaserver.Config{RTMPListen: "127.0.0.1:0", HTTPListen: taken.HTTPAddr().String()}); err == nil {
		t.Error("a taken address was taken again")
	}
}
