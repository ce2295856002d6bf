package adts_test

import (
	"bytes"
	"testing"

	"github.com/bluenviron/mediacommon/pkg/codecs/mpeg4audio"

	"mediapusher/internal/adts"
)

// lc is the header of a frame of AAC-LC, 16 kHz, mono, with a payload of three bytes.
func lc() []byte { return []byte{0xFF, 0xF1, 0x60, 0x40, 0x01, 0x5F, 0xFC} }

func TestParse(t *testing.T) {
	changed := func(at int, to byte) []byte {
		b := lc()
		b[at] = to
		return b
	}
	mono := adts.Format{ObjectType: adts.LC, SampleRate: 16000, Channels: 1}
	for name, test := range map[string]struct {
		header []byte
		want   adts.Header
		ok     bool
	}{
		"plain":              {lc(), adts.Header{Format: mono, Size: 7, FrameSize: 10, Blocks: 1}, true},
		"frame behind":       {append(lc(), 1, 2, 3), adts.Header{Format: mono, Size: 7, FrameSize: 10, Blocks: 1}, true},
		"MPEG-2":             {changed(1, 0xF9), adts.Header{Format: mono, Size: 7, FrameSize: 10, Blocks: 1}, true},
		"checksum":           {changed(1, 0xF0), adts.Header{Format: mono, Size: 9, FrameSize: 10, Blocks: 1}, true},
		"four blocks":        {changed(6, 0xFF), adts.Header{Format: mono, Size: 7, FrameSize: 10, Blocks: 4}, true},
		"longest":            {[]byte{0xFF, 0xF1, 0x60, 0x43, 0xFF, 0xFF, 0xFC}, adts.Header{Format: mono, Size: 7, FrameSize: 8191, Blocks: 1}, true},
		"Main, 48 kHz":       {changed(2, 0x0C), adts.Header{Format: adts.Format{ObjectType: 1, SampleRate: 48000, Channels: 1}, Size: 7, FrameSize: 10, Blocks: 1}, true},
		"7.1":                {[]byte{0xFF, 0xF1, 0x51, 0xC0, 0x01, 0x5F, 0xFC}, adts.Header{Format: adts.Format{ObjectType: 2, SampleRate: 44100, Channels: 8}, Size: 7, FrameSize: 10, Blocks: 1}, true},
		"channels in frames": {changed(3, 0), adts.Header{Format: adts.Format{ObjectType: 2, SampleRate: 16000}, Size: 7, FrameSize: 10, Blocks: 1}, true},

		"nothing":                {nil, adts.Header{}, false},
		"cut":                    {lc()[:6], adts.Header{}, false},
		"no syncword":            {changed(0, 0xFE), adts.Header{}, false},
		"MPEG layer 3":           {changed(1, 0xFB), adts.Header{}, false},
		"rate reserved":          {changed(2, 0x74), adts.Header{}, false},
		"rate escaped":           {changed(2, 0x7C), adts.Header{}, false},
		"no payload":             {[]byte{0xFF, 0xF1, 0x60, 0x40, 0x00, 0xFF, 0xFC}, adts.Header{}, false},
		"shorter than itself":    {changed(4, 0), adts.Header{}, false},
		"no room for a checksum": {[]byte{0xFF, 0xF0, 0x60, 0x40, 0x01, 0x3F, 0xFC}, adts.Header{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := adts.Parse(test.header)
			if ok != test.ok || ok && got != test.want {
				t.Errorf("%+v, %v", got, ok)
			}
		})
	}
}

func TestBegins(t *testing.T) {
	for _, test := range []struct {
		b    []byte
		want bool
	}{
		{nil, true},
		{[]byte{0xFF}, true},
		{[]byte{0xFF, 0xF1}, true},
		{[]byte{0xFF, 0xF8, 0}, true},
		{[]byte{0x21}, false},
		{[]byte{0xFF, 0xE1}, false},
		{[]byte{0xFF, 0xF2}, false},
	} {
		if got := adts.Begins(test.b); got != test.want {
			t.Errorf("%x: %v", test.b, got)
		}
	}
}

func TestAppendConfig(t *testing.T) {
	for name, test := range map[string]struct {
		format adts.Format
		want   []byte
	}{
		"16 kHz, mono":       {adts.Format{ObjectType: adts.LC, SampleRate: 16000, Channels: 1}, []byte{0x14, 0x08}},
		"44.1 kHz, stereo":   {adts.Format{ObjectType: adts.LC, SampleRate: 44100, Channels: 2}, []byte{0x12, 0x10}},
		"Main":               {adts.Format{ObjectType: 1, SampleRate: 48000, Channels: 6}, []byte{0x09, 0xB0}},
		"6.1":                {adts.Format{ObjectType: adts.LC, SampleRate: 48000, Channels: 7}, []byte{0x11, 0xD8}},
		"7.1":                {adts.Format{ObjectType: adts.LC, SampleRate: 48000, Channels: 8}, []byte{0x11, 0xB8}},
		"channels in frames": {adts.Format{ObjectType: adts.LC, SampleRate: 48000}, []byte{0x11, 0x80}},
		"rate without index": {adts.Format{ObjectType: adts.LC, SampleRate: 20000, Channels: 1}, []byte{0x17, 0x80, 0x27, 0x10, 0x08}},
		"rate of nothing":    {adts.Format{ObjectType: adts.LC, Channels: 1}, []byte{0x17, 0x80, 0x00, 0x00, 0x08}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.format.AppendConfig([]byte{7}); !bytes.Equal(got, append([]byte{7}, test.want...)) {
				t.Errorf("%x", got)
			}
		})
	}
}

// Another implementation reads the same in both forms.
func TestAgainstMediacommon(t *testing.T) {
	for _, rate := range []int{7350, 8000, 11025, 12000, 16000, 20000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000} {
		for _, channels := range []int{1, 2, 3, 4, 5, 6, 8} {
			want := adts.Format{ObjectType: adts.LC, SampleRate: rate, Channels: channels}
			var config mpeg4audio.AudioSpecificConfig
			if err := config.Unmarshal(want.AppendConfig(nil)); err != nil {
				t.Fatal(err)
			}
			if got := (adts.Format{ObjectType: int(config.Type), SampleRate: config.SampleRate, Channels: config.ChannelCount}); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			if rate == 20000 {
				continue // which ADTS cannot tell
			}
			frame, err := mpeg4audio.ADTSPackets{{
				Type: mpeg4audio.ObjectTypeAACLC, SampleRate: rate, ChannelCount: channels, AU: make([]byte, 300),
			}}.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := adts.Parse(frame); !ok || got.Format != want || got.FrameSize != len(frame) || got.FrameSize-got.Size != 300 {
				t.Errorf("%+v, %v", got, ok)
			}
		}
	}
}

func TestAllocations(t *testing.T) {
	b := lc()
	if n := testing.AllocsPerRun(100, func() {
		h, ok := adts.Parse(b)
		var config [adts.ConfigSize]byte
		if !ok || len(h.AppendConfig(config[:0])) != 2 {
			t.Error("not read")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
