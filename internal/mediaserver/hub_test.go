package mediaserver_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"mediapusher/internal/mediaserver"
)

func TestPublish(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	if _, err := s.Publish("a"); !errors.Is(err, mediaserver.ErrBusy) {
		t.Errorf("second publish: %v", err)
	}
	for _, name := range []string{"", "..", "a/b", "a?b", "a b", "%", string(make([]byte, 200)), "é"} {
		if _, err := s.Publish(name); !errors.Is(err, mediaserver.ErrName) {
			t.Errorf("name %q: %v", name, err)
		}
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	<-p.Done()
	if err := p.WriteMessage(video, 0, [][]byte{keyFrame(1)}); !errors.Is(err, mediaserver.ErrClosed) || !errors.Is(p.Err(), mediaserver.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
	if err := publish(t, s, "a").Close(); err != nil {
		t.Error(err)
	}
}

func TestWriteMessageRefuses(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	nested := amfString(nil, "onMetaData")
	for range 2000 {
		nested = append(nested, 3, 0, 1, 'x')
	}
	for name, c := range map[string]struct {
		typeID byte
		body   [][]byte
	}{
		"empty":          {video, nil},
		"empty part":     {video, [][]byte{{}}},
		"type":           {20, [][]byte{{1}}},
		"too large":      {video, [][]byte{make([]byte, 8<<20), make([]byte, 8<<20)}},
		"cut metadata":   {data, [][]byte{metadata("width")[:40]}},
		"deep metadata":  {data, [][]byte{nested}},
		"nameless data":  {data, [][]byte{{0}}},
		"metadata alone": {data, [][]byte{amfString(nil, "onMetaData")}},
	} {
		if err := p.WriteMessage(c.typeID, 0, c.body); !errors.Is(err, mediaserver.ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(t, p, data, 0, append(amfString(nil, "onCuePoint"), 5)) // other data passes
	for _, typeID := range []byte{audio, video} {
		for b := range 256 {
			write(t, p, typeID, 0, []byte{byte(b)})
		}
	}
}

func TestLateJoinerGetsWholeGOP(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	body := append([]byte(nil), keyFrame(1)...)
	write(t, p, data, 0, metadata("width", "videocodecid", "audiocodecid"))
	write(t, p, video, 0, avcHeader)
	write(t, p, audio, 0, aacHeader)
	write(t, p, video, 0, keyFrame(0))
	write(t, p, video, 40, interFrame(0))
	write(t, p, video, 20000000, body[:5], body[5:])
	clear(body) // the caller's buffer serves again
	write(t, p, audio, 20000001, aacFrame(1))
	write(t, p, video, 20000040, interFrame(1))

	f := play(t, s, "a")
	if !f.video || !f.audio {
		t.Errorf("header flags: video %v audio %v", f.video, f.audio)
	}
	f.expect(t, tag{data, 0, nil}, tag{video, 20000000, avcHeader}, tag{audio, 20000000, aacHeader},
		tag{video, 20000000, keyFrame(1)}, tag{audio, 20000001, aacFrame(1)}, tag{video, 20000040, interFrame(1)})
	write(t, p, video, 20000080, interFrame(2))
	f.expect(t, tag{video, 20000080, interFrame(2)})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
}

func TestJoinerWithoutCacheWaitsForKeyFrame(t *testing.T) {
	for name, cfg := range map[string]mediaserver.Config{
		"messages": {GOPMessages: 3},
		"bytes":    {GOPBytes: 80},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, cfg)
			p := publish(t, s, "a")
			write(t, p, data, 0, metadata("videocodecid"))
			write(t, p, video, 0, avcHeader)
			write(t, p, video, 0, keyFrame(0))
			for i := range uint32(5) {
				write(t, p, video, 40+i, interFrame(0))
			}
			res := open(t, s, "/live/a.flv")
			eventually(t, "viewer", func() bool { return viewers(s, "a") == 1 })
			write(t, p, video, 400, interFrame(1))
			write(t, p, video, 440, keyFrame(2))
			f := newFLV(t, res.Body)
			f.expect(t, tag{data, 0, nil}, tag{video, 440, avcHeader}, tag{video, 440, keyFrame(2)})
		})
	}
}

func TestHeaderChangeWithinGOP(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	other := append(append([]byte(nil), avcHeader...), 1)
	write(t, p, video, 0, avcHeader)
	write(t, p, video, 0, keyFrame(1))
	write(t, p, video, 40, other)
	play(t, s, "a").expect(t, tag{video, 0, avcHeader}, tag{video, 0, keyFrame(1)}, tag{video, 40, other})
	write(t, p, video, 80, keyFrame(2))
	play(t, s, "a").expect(t, tag{video, 80, other}, tag{video, 80, keyFrame(2)})
}

func TestHEVC(t *testing.T) {
	for name, c := range map[string]struct{ header, key, inter []byte }{
		"hvc1":       {[]byte("\x90hvc1\x01"), []byte("\x93hvc1key"), []byte("\xA3hvc1inter")},
		"hvc1 delay": {[]byte("\x90hvc1\x01"), []byte("\x91hvc1\x00\x00\x28key"), []byte("\xA1hvc1\x00\x00\x28inter")},
		"id 12":      {[]byte("\x1C\x00\x00\x00\x00\x01"), []byte("\x1C\x01\x00\x00\x00key"), []byte("\x2C\x01\x00\x00\x00inter")},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, mediaserver.Config{})
			p := publish(t, s, "a")
			write(t, p, video, 0, c.header)
			write(t, p, video, 0, c.inter)
			write(t, p, video, 40, c.key)
			write(t, p, video, 80, c.inter)
			play(t, s, "a").expect(t, tag{video, 40, c.header}, tag{video, 40, c.key}, tag{video, 80, c.inter})
		})
	}
}

// A player that is promised a track which never comes waits for it.
func TestTracksAreTold(t *testing.T) {
	type told struct{ video, audio bool }
	for name, c := range map[string]struct {
		publish func(t *testing.T, p *mediaserver.Publication)
		want    told
	}{
		"both promised": {func(t *testing.T, p *mediaserver.Publication) {
			write(t, p, data, 0, metadata("videocodecid", "audiocodecid"))
			write(t, p, video, 0, keyFrame(1))
		}, told{true, true}},
		"no sound": {func(t *testing.T, p *mediaserver.Publication) {
			write(t, p, data, 0, metadata("videocodecid"))
			write(t, p, video, 0, keyFrame(1))
		}, told{true, false}},
		"sound began late": {func(t *testing.T, p *mediaserver.Publication) {
			write(t, p, data, 0, metadata("videocodecid"))
			write(t, p, video, 0, keyFrame(1))
			write(t, p, data, 40, metadata("videocodecid", "audiocodecid"))
			write(t, p, audio, 40, aacHeader)
			write(t, p, audio, 40, aacFrame(1))
		}, told{true, true}},
		"sound began unannounced": {func(t *testing.T, p *mediaserver.Publication) {
			write(t, p, data, 0, metadata("videocodecid"))
			write(t, p, video, 0, keyFrame(1))
			write(t, p, audio, 40, aacFrame(1))
		}, told{true, true}},
		"said in so many words": {func(t *testing.T, p *mediaserver.Publication) {
			b := metadata("videocodecid", "audiocodecid")
			b = append(b[:len(b)-3], "\x00\x08hasAudio\x01\x00\x00\x00\x09"...)
			write(t, p, data, 0, b)
			write(t, p, video, 0, keyFrame(1))
		}, told{true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, mediaserver.Config{})
			p := publish(t, s, "a")
			c.publish(t, p)
			f := play(t, s, "a")
			if got := (told{f.video, f.audio}); got != c.want {
				t.Errorf("FLV header: %+v, want %+v", got, c.want)
			}
			md := f.mustNext(t)
			for key, want := range map[string]bool{"hasVideo": c.want.video, "hasAudio": c.want.audio} {
				value := byte(0)
				if want {
					value = 1
				}
				if !bytes.Contains(md.body, append([]byte(key), 1, value)) || bytes.Count(md.body, []byte(key)) != 1 {
					t.Errorf("%s is not %v once in %q", key, want, md.body)
				}
			}
		})
	}
}

func TestSoundAlone(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	write(t, p, audio, 0, aacHeader)
	res := open(t, s, "/live/a.flv")
	eventually(t, "viewer", func() bool { return viewers(s, "a") == 1 })
	write(t, p, audio, 20, aacFrame(1))
	f := newFLV(t, res.Body)
	if f.video || !f.audio {
		t.Errorf("header flags: video %v audio %v", f.video, f.audio)
	}
	f.expect(t, tag{audio, 20, aacHeader}, tag{audio, 20, aacFrame(1)})
}

// A player gets metadata again when it says something new, and only then.
func TestMetadataRepeats(t *testing.T) {
	s := start(t, mediaserver.Config{})
	p := publish(t, s, "a")
	write(t, p, data, 0, metadata("videocodecid"))
	write(t, p, video, 0, keyFrame(1))
	f := play(t, s, "a")
	write(t, p, data, 40, metadata("videocodecid"))
	write(t, p, video, 40, interFrame(1))
	write(t, p, data, 80, metadata("videocodecid", "audiocodecid"))
	write(t, p, video, 80, interFrame(2))
	f.expect(t, tag{data, 0, nil}, tag{video, 0, keyFrame(1)}, tag{video, 40, interFrame(1)}, tag{data, 80, nil}, tag{video, 80, interFrame(2)})
}
