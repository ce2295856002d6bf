package dhav_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"mediapusher/internal/media"
)

// adts puts a header before a frame of AAC-LC, 16 kHz, mono.
func adts(frame []byte) []byte {
	size := len(frame) + 7
	return append([]byte{0xFF, 0xF1, 0x60, 0x40 | byte(size>>11), byte(size >> 3), byte(size<<5) | 0x1F, 0xFC}, frame...)
}

func TestSound(t *testing.T) {
	one, two := []byte{0x21, 0x10, 0x05}, []byte{0x21, 0x20, 0x06, 0x07}
	crc := adts(append([]byte{9, 9}, one...))
	crc[1] = 0xF0
	wide := []byte{0x8C, 0, 2, 0x10, 9, 0, 0, 0}
	for name, test := range map[string]struct {
		tags, payload []byte
		want          [][]byte
		track         media.Track
		note          string
	}{
		"A-law":       {audioTag(1, 0x0E, 2), one, [][]byte{one}, media.Track{Codec: media.PCMA, SampleRate: 8000, Channels: 1}, ""},
		"A-law 16":    {audioTag(0, 0x0E, 4), one, [][]byte{one}, media.Track{Codec: media.PCMA, SampleRate: 16000, Channels: 1}, ""},
		"mu-law":      {audioTag(1, 0x0A, 0), one, [][]byte{one}, media.Track{Codec: media.PCMU, SampleRate: 8000, Channels: 1}, ""},
		"mu-law 16":   {audioTag(2, 0x16, 3), two, [][]byte{two}, media.Track{Codec: media.PCMU, SampleRate: 11025, Channels: 2}, ""},
		"PCM":         {audioTag(1, 0x0C, 5), []byte{1, 2, 3, 4, 5}, [][]byte{{2, 1, 4, 3}}, media.Track{Codec: media.L16, SampleRate: 20000, Channels: 1}, ""},
		"PCM, tag 8C": {wide, []byte{1, 2, 3, 4}, [][]byte{{2, 1, 4, 3}}, media.Track{Codec: media.L16, SampleRate: 48000, Channels: 2}, ""},
		"AAC, ADTS": {
			audioTag(2, 0x1A, 8), join(adts(one), adts(two)),
			[][]byte{one, two},
			media.Track{Codec: media.AAC, AudioConfig: []byte{0x14, 0x08}, SampleRate: 16000, Channels: 1},
			"",
		},
		"AAC, ADTS with checksum": {
			audioTag(2, 0x1A, 8), crc,
			[][]byte{one},
			media.Track{Codec: media.AAC, AudioConfig: []byte{0x14, 0x08}, SampleRate: 16000, Channels: 1},
			"",
		},
		"AAC, raw": {
			audioTag(2, 0x1A, 8), one,
			[][]byte{one},
			media.Track{Codec: media.AAC, AudioConfig: []byte{0x12, 0x10}, SampleRate: 44100, Channels: 2},
			"",
		},
		"AAC, raw, rate without index": {
			audioTag(1, 0x1A, 5), one,
			[][]byte{one},
			media.Track{Codec: media.AAC, AudioConfig: []byte{0x17, 0x80, 0x27, 0x10, 0x08}, SampleRate: 20000, Channels: 1},
			"",
		},
		"AAC, cut":   {audioTag(1, 0x1A, 4), adts(one)[:9], nil, media.Track{}, ""},
		"empty":      {audioTag(1, 0x0E, 2), nil, nil, media.Track{}, ""},
		"no tag":     {nil, one, nil, media.Track{}, ""},
		"PCM 8":      {audioTag(1, 0x07, 2), one, nil, media.Track{}, "audio coding 0x07 (PCM, 8 bit) left out"},
		"ADPCM":      {audioTag(1, 0x0D, 2), one, nil, media.Track{}, "audio coding 0x0d (ADPCM) left out"},
		"MP2":        {audioTag(1, 0x1F, 2), one, nil, media.Track{}, "audio coding 0x1f (MPEG layer 2) left out"},
		"MP3":        {audioTag(1, 0x21, 2), one, nil, media.Track{}, "audio coding 0x21 (MPEG layer 3) left out"},
		"not listed": {audioTag(1, 0x44, 2), one, nil, media.Track{}, "audio coding 0x44 left out"},
	} {
		t.Run(name, func(t *testing.T) {
			f := alaw(0)
			f.tags, f.payload = test.tags, test.payload
			c, stats := demux(t, f.bytes())
			var got [][]byte
			for _, u := range c.units {
				got = append(got, u.Units...)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Fatalf("%x", got)
			}
			test.track.ID = 1
			if len(c.units) > 0 && !reflect.DeepEqual(*c.units[0].Track, test.track) {
				t.Errorf("%+v", *c.units[0].Track)
			}
			if test.note != "" && !reflect.DeepEqual(stats.Notes, []string{test.note}) || test.note == "" && stats.Notes != nil {
				t.Errorf("%q", stats.Notes)
			}
		})
	}
}

// Several frames of AAC in one are a frame's length apart, and so are the next ones.
func TestTimesOfAAC(t *testing.T) {
	var stream []byte
	for n := range 50 {
		f := alaw(n)
		f.counter, f.date = uint16(n*128), noon()
		f.tags, f.payload = audioTag(1, 0x1A, 4), join(adts([]byte{1, 2}), adts([]byte{3}))
		stream = append(stream, f.bytes()...)
	}
	c, _ := demux(t, stream)
	if len(c.units) != 100 {
		t.Fatal(len(c.units))
	}
	for n := 1; n < len(c.units); n++ {
		if step := c.units[n].PTS - c.units[n-1].PTS; step != 64*90 {
			t.Errorf("unit %d: step of %d ticks", n, step)
		}
		if c.units[n].Track != c.units[0].Track {
			t.Errorf("unit %d: another track", n)
		}
	}
}

// The jitter of sound is levelled by its number of samples, and a gap is not.
func TestTimesOfSamples(t *testing.T) {
	var moments []moment
	for n := range 500 {
		at := n*40 + (n*7919)%30
		if n > 250 {
			at += 5000
		}
		moments = append(moments, moment{sound: true, date: noon().Add(time.Duration(at) * time.Millisecond), counter: at})
	}
	units := timed(t, 25, moments)
	for n := 1; n < len(units); n++ {
		step := units[n].PTS - units[n-1].PTS
		switch {
		case n == 251 && (step < 4900*90 || step > 5200*90):
			t.Errorf("over the gap: %d ms", step/90)
		case n != 251 && (step < 30*90 || step > 50*90):
			t.Errorf("unit %d: step of %d ms", n, step/90)
		}
	}
}

func TestSoundIsCutToWholeSamples(t *testing.T) {
	f := alaw(0)
	f.tags, f.payload = audioTag(2, 0x0C, 2), bytes.Repeat([]byte{1}, 11)
	c, _ := demux(t, f.bytes())
	if len(c.units) != 1 || len(c.units[0].Units[0]) != 8 {
		t.Fatalf("%+v", c.units)
	}
}

func TestSamplingRates(t *testing.T) {
	for index, want := range map[byte]int{
		0: 8000, 1: 4000, 2: 8000, 3: 11025, 4: 16000, 5: 20000, 6: 22050, 7: 32000, 8: 44100, 9: 48000, 10: 96000, 11: 192000, 12: 64000,
		13: 8000, 255: 8000,
	} {
		f := alaw(0)
		f.tags = audioTag(1, 0x0E, index)
		c, _ := demux(t, f.bytes())
		if len(c.units) != 1 || c.units[0].Track.SampleRate != want {
			t.Errorf("index %d: %+v", index, c.units)
		}
	}
}

// What is left out is told once for each coding, and not without end.
func TestNotesAreBounded(t *testing.T) {
	var stream []byte
	for n := range 200 {
		f := alaw(n)
		f.tags = audioTag(1, byte(0x40+n%50), 2)
		stream = append(stream, f.bytes()...)
	}
	c, stats := demux(t, stream)
	if len(c.units) != 0 || len(stats.Notes) != 8 || stats.Notes[0] == stats.Notes[1] {
		t.Errorf("%d units, %q", len(c.units), stats.Notes)
	}
}
