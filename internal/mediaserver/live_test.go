package mediaserver_test

import (
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/mediaserver"
)

func TestLive(t *testing.T) {
	s := start(t, mediaserver.Config{})
	if live, ok := s.Live("a"); ok || live != (mediaserver.Live{}) {
		t.Errorf("before: %+v, %v", live, ok)
	}
	p := publish(t, s, "a")
	if live, ok := s.Live("a"); !ok || live != (mediaserver.Live{}) {
		t.Errorf("without a message: %+v, %v", live, ok)
	}
	for _, test := range []struct {
		header []byte
		want   string
	}{
		{avcHeader, "H.264"},
		{[]byte{0x1C, 0, 0, 0, 0, 1}, "H.265"},
		{append([]byte{0x90}, "hvc1x"...), "H.265"},
		{append([]byte{0x90}, "av01x"...), "AV1"},
		{append([]byte{0x90}, "vp09x"...), "VP9"},
		{append([]byte{0x90}, "vvc1x"...), "other"},
		{[]byte{0x90, 'h'}, "other"},
	} {
		write(t, p, video, 0, test.header)
		if live, _ := s.Live("a"); live.VideoCodec != test.want {
			t.Errorf("% x: %q, want %q", test.header, live.VideoCodec, test.want)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Live("a"); ok {
		t.Error("live after its end")
	}
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := mediaserver.New(mediaserver.Config{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Publish("a")
		if err != nil {
			t.Fatal(err)
		}
		tick := func(n int) {
			for range n {
				write(t, p, audio, 0, make([]byte, 1000))
				<-time.After(100 * time.Millisecond)
			}
		}
		rate := func() float64 {
			live, _ := s.Live("a")
			return live.BitsPerSecond
		}
		if tick(10); rate() != 0 {
			t.Errorf("within the first window: %v", rate())
		}
		if tick(60); rate() != 80000 {
			t.Errorf("rate %v, want 80000", rate())
		}
		if <-time.After(10 * time.Second); rate() != 0 {
			t.Errorf("in silence: %v", rate())
		}
		if tick(60); rate() != 80000 {
			t.Errorf("after it: %v", rate())
		}
	})
}
