package web_test

import (
	"context"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// A picture that is stopped leaves its connection, also where nothing comes on it; web/test/closing.mjs says what is proven.
func TestPlayerLeavesInBrowser(t *testing.T) {
	need(t, "ffmpeg", "node", "/usr/bin/chromium", "node_modules/playwright-core", "vendor/mpegts.js")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stopped := make(chan struct{})
	stop := sync.OnceFunc(func() { close(stopped) })
	defer stop()
	clip := flv(makeClip(t, ""))
	media := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Content-Type", "video/x-flv")
		_, _ = w.Write(clip)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-stopped:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	}))
	defer media.Close()
	api := &double{media: strings.TrimPrefix(media.URL, "http://"), handles: map[int]int{}, started: 2}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/STOP") {
			stop()
		}
		api.ServeHTTP(w, r)
	}))
	defer service.Close()

	out, err := exec.CommandContext(ctx, "node", "test/closing.mjs", service.URL, t.TempDir()).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// flv is a file of tags (Adobe Flash Video File Format 10.1, annex E.2 to E.4), without sound.
func flv(tags []tag) []byte {
	b := []byte{'F', 'L', 'V', 1, 1, 0, 0, 0, 9, 0, 0, 0, 0}
	for _, one := range tags {
		size := uint32(len(one.body))
		b = binary.BigEndian.AppendUint32(b, uint32(one.typeID)<<24|size)
		b = append(b, byte(one.timestamp>>16), byte(one.timestamp>>8), byte(one.timestamp), byte(one.timestamp>>24), 0, 0, 0)
		b = append(b, one.body...)
		b = binary.BigEndian.AppendUint32(b, 11+size)
	}
	return b
}
