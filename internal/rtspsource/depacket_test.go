package rtspsource

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/media"
)

// recorder is a sink that keeps units as text: PTS, "!" for lost, and the NAL units or frames in hexadecimal.
type recorder struct {
	units []string
	walls []time.Time
	bytes int
}

func (r *recorder) SetTracks([]*media.Track) error { return nil }

func (r *recorder) Write(au *media.AccessUnit) error {
	defer au.Release()
	var b strings.Builder
	fmt.Fprint(&b, au.PTS)
	if au.Lost {
		b.WriteString("!")
	}
	for _, u := range au.Units {
		fmt.Fprintf(&b, " %x", u)
		r.bytes += len(u)
	}
	r.units = append(r.units, b.String())
	r.walls = append(r.walls, au.Wall)
	return nil
}

// in is one packet for a table.
type in struct {
	ts     uint32
	marker bool
	data   string // hexadecimal in pieces
	skip   int    // packets missing before
	ssrc   uint32
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	var b []byte
	if _, err := fmt.Sscanf(strings.ReplaceAll(s, " ", ""), "%x", &b); err != nil && s != "" {
		t.Fatal(err)
	}
	return b
}

// feed pushes packets through a track of the stream.
func feed(t testing.TB, s *stream, packets []in) (*recorder, *counters) {
	t.Helper()
	out, stats := &recorder{}, &counters{}
	track := s.newTrack(out, stats)
	seq := uint16(65530)
	for _, p := range packets {
		seq += uint16(p.skip) + 1
		err := track.rtp(&packet{sequence: seq, timestamp: p.ts, marker: p.marker, payload: unhex(t, p.data), ssrc: p.ssrc})
		if err != nil {
			t.Fatal(err)
		}
	}
	track.depacket.drop()
	return out, stats
}

func h264Stream() *stream {
	return &stream{coding: coding{rate: 90000}, desc: &media.Track{Codec: media.H264}, build: newH264}
}

func h265Stream() *stream {
	return &stream{coding: coding{rate: 90000}, desc: &media.Track{Codec: media.H265}, build: newH265}
}

func TestH264(t *testing.T) {
	tests := map[string]struct {
		in   []in
		want []string
		bad  uint64
	}{
		"single NAL units":                  {[]in{{1, false, "67 01", 0, 0}, {1, false, "68 02", 0, 0}, {1, true, "65 88 01", 0, 0}}, []string{"1 6701 6802 658801"}, 0},
		"markers on parameter sets":         {[]in{{1, true, "67 01", 0, 0}, {1, true, "68 02", 0, 0}, {1, true, "65 88 01", 0, 0}}, []string{"1 6701 6802 658801"}, 0},
		"parameter sets older":              {[]in{{1, true, "67 01", 0, 0}, {2, true, "68 02", 0, 0}, {5, true, "65 88 01", 0, 0}}, []string{"5 6701 6802 658801"}, 0},
		"no markers":                        {[]in{{1, false, "65 88", 0, 0}, {2, false, "41 9a", 0, 0}, {3, false, "41 9b", 0, 0}}, []string{"1 6588", "2 419a"}, 0},
		"several slices":                    {[]in{{1, false, "65 88", 0, 0}, {1, false, "65 08", 0, 0}, {1, true, "65 09", 0, 0}}, []string{"1 6588 6508 6509"}, 0},
		"STAP-A":                            {[]in{{1, true, "18 0002 6701 0000 0002 6802 0003 658801", 0, 0}}, []string{"1 6701 6802 658801"}, 0},
		"STAP-A cut":                        {[]in{{1, true, "18 0002 6701 0009 6802", 0, 0}, {2, true, "41 9a", 0, 0}}, []string{"2! 419a"}, 1},
		"FU-A":                              {[]in{{1, false, "7c 85 88 01", 0, 0}, {1, false, "7c 05 02", 0, 0}, {1, true, "7c 45 03", 0, 0}}, []string{"1 6588010203"}, 0},
		"FU-A start and end":                {[]in{{1, true, "7c c5 88 01", 0, 0}}, []string{"1 658801"}, 0},
		"FU-A without end":                  {[]in{{1, false, "7c 85 88 01", 0, 0}, {1, true, "7c 85 08 02", 0, 0}, {2, true, "41 9a", 0, 0}}, []string{"1 658801 650802", "2 419a"}, 0},
		"FU-A without start":                {[]in{{1, false, "7c 05 88 01", 0, 0}, {1, true, "7c 45 01", 0, 0}, {2, true, "41 9a", 0, 0}}, []string{"2! 419a"}, 1},
		"FU-A with NAL units inside":        {[]in{{1, false, "7c 87 01 00 00 00 01 68 02 00 00", 0, 0}, {1, true, "7c 47 01 65 88 03", 0, 0}}, []string{"1 6701 6802 658803"}, 0},
		"annex B payload":                   {[]in{{1, true, "00 00 00 01 67 01 00 00 01 68 02 00 00 00 01 65 88", 0, 0}}, []string{"1 6701 6802 6588"}, 0},
		"types nobody sends":                {[]in{{1, false, "1e 00", 0, 0}, {1, false, "1d 00 00", 0, 0}, {1, false, "7c", 0, 0}, {1, false, "", 0, 0}, {1, true, "65 88", 0, 0}}, []string{"1 6588"}, 3},
		"lost within":                       {[]in{{1, false, "7c 85 88 01", 0, 0}, {1, true, "7c 45 03", 1, 0}, {2, true, "41 9a", 0, 0}, {3, true, "41 9b", 0, 0}}, []string{"2! 419a", "3 419b"}, 1},
		"lost end and beginning":            {[]in{{1, false, "7c 85 88 01", 0, 0}, {2, false, "7c 05 03", 2, 0}, {2, true, "7c 45 03", 0, 0}, {3, true, "41 9b", 0, 0}}, []string{"3! 419b"}, 2},
		"lost first slice":                  {[]in{{1, true, "65 88 01", 0, 0}, {2, true, "41 08", 1, 0}, {3, true, "41 9b", 0, 0}}, []string{"1 658801", "3! 419b"}, 1},
		"lost first slice, FU-A":            {[]in{{1, true, "65 88 01", 0, 0}, {2, false, "7c 81 08", 1, 0}, {2, true, "7c 41 08", 0, 0}, {3, true, "41 9b", 0, 0}}, []string{"1 658801", "3! 419b"}, 1},
		"lost between":                      {[]in{{1, true, "65 88 01", 0, 0}, {9, true, "41 9a", 3, 0}}, []string{"1 658801", "9! 419a"}, 0},
		"marker in a fragment":              {[]in{{1, true, "7c 85 88 01", 0, 0}, {1, true, "7c 05 02", 0, 0}, {1, true, "7c 45 03", 0, 0}}, []string{"1 6588010203"}, 0},
		"late copy":                         {[]in{{1, true, "65 88 01", 0, 0}, {1, true, "65 88 01", -1, 0}, {2, true, "41 9a", 0, 0}}, []string{"1 658801", "2 419a"}, 1},
		"sequence anew":                     {[]in{{1, true, "65 88 01", 0, 0}, {2, true, "41 9a", -9000, 0}}, []string{"1 658801", "2! 419a"}, 0},
		"new SSRC":                          {[]in{{1, true, "65 88 01", 0, 0}, {2, true, "41 9a", 77, 5}}, []string{"1 658801", "2! 419a"}, 0},
		"timestamp wraps":                   {[]in{{0xffffffff, true, "65 88", 0, 0}, {10, true, "41 9a", 0, 0}}, []string{"4294967295 6588", "4294967306 419a"}, 0},
		"timestamps fall back (B pictures)": {[]in{{100, true, "65 88", 0, 0}, {300, true, "41 9a", 0, 0}, {200, true, "01 9a", 0, 0}}, []string{"100 6588", "300 419a", "200 019a"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, stats := feed(t, h264Stream(), test.in)
			if !reflect.DeepEqual(out.units, test.want) || stats.bad.Load() != test.bad {
				t.Errorf("got %q, %d bad", out.units, stats.bad.Load())
			}
		})
	}
}

func TestH265(t *testing.T) {
	tests := map[string]struct {
		in   []in
		want []string
	}{
		"single NAL units": {[]in{{1, true, "40 01 01", 0, 0}, {1, true, "42 01 02", 0, 0}, {1, true, "44 01 03", 0, 0}, {1, true, "26 01 80", 0, 0}}, []string{"1 400101 420102 440103 260180"}},
		"aggregation":      {[]in{{1, true, "60 01 0003 400101 0003 260180", 0, 0}}, []string{"1 400101 260180"}},
		"aggregation cut":  {[]in{{1, true, "60 01 0003 400101 0009 260180", 0, 0}, {2, true, "02 01 80", 0, 0}}, []string{"2! 020180"}},
		"fragments":        {[]in{{1, false, "62 01 93 80", 0, 0}, {1, false, "62 01 13 02", 0, 0}, {1, true, "62 01 53 03", 0, 0}}, []string{"1 2601800203"}},
		"start and end":    {[]in{{1, true, "62 01 d3 80 04", 0, 0}}, []string{"1 26018004"}},
		"annex B":          {[]in{{1, true, "00 00 00 01 40 01 01 00 00 01 26 01 80", 0, 0}, {2, true, "02 01 80", 0, 0}}, []string{"1 400101 260180", "2 020180"}},
		"lost fragment":    {[]in{{1, false, "62 01 93 80", 0, 0}, {1, true, "62 01 53 03", 1, 0}, {2, true, "02 01 80", 0, 0}}, []string{"2! 020180"}},
		"lost first slice": {[]in{{1, true, "26 01 80", 0, 0}, {2, true, "02 01 00", 1, 0}, {3, true, "02 01 80", 0, 0}}, []string{"1 260180", "3! 020180"}},
		"PACI, short":      {[]in{{1, false, "64 01 00 00", 0, 0}, {1, false, "26", 0, 0}, {1, true, "26 01 80", 0, 0}}, []string{"1 260180"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if out, _ := feed(t, h265Stream(), test.in); !reflect.DeepEqual(out.units, test.want) {
				t.Errorf("got %q", out.units)
			}
		})
	}
}

func TestAAC(t *testing.T) {
	aacOf := func(rate int, fmtp string) *stream {
		s := aacStream(coding{rate: rate, channels: 1, params: parseFmtp(fmtp)})
		s.coding = coding{rate: rate}
		return s
	}
	hbr := aacOf(16000, "mode=AAC-hbr;config=1408;SizeLength=13;IndexLength=3;IndexDeltaLength=3")
	tests := map[string]struct {
		stream *stream
		in     []in
		want   []string
	}{
		"one":            {hbr, []in{{1600, true, "0010 0010 aabb", 0, 0}}, []string{"9000 aabb"}},
		"three":          {hbr, []in{{0, true, "0030 0010 0008 0018 aabb cc ddeeff", 0, 0}}, []string{"0 aabb", "5760 cc", "11520 ddeeff"}},
		"fragments":      {hbr, []in{{0, false, "0010 0028 aabb", 0, 0}, {0, false, "0010 0028 cc", 0, 0}, {0, true, "0010 0028 ddee", 0, 0}}, []string{"0 aabbccddee"}},
		"fragment lost":  {hbr, []in{{0, false, "0010 0028 aabb", 0, 0}, {0, true, "0010 0028 ddee", 1, 0}, {1024, true, "0010 0008 11", 0, 0}}, []string{"5760! 11"}},
		"fragment ended": {hbr, []in{{0, false, "0010 0028 aabb", 0, 0}, {1024, true, "0010 0008 11", 0, 0}}, []string{"5760! 11"}},
		"cut":            {hbr, []in{{0, true, "0020 0008 0028 aa bb", 0, 0}, {2048, true, "0010 0008 11", 0, 0}}, []string{"0 aa", "11520! 11"}},
		"headers cut":    {hbr, []in{{0, true, "ffff 0008", 0, 0}, {0, true, "00", 0, 0}, {0, true, "0000", 0, 0}, {0, true, "0010 0000", 0, 0}}, nil},
		"ADTS inside":    {hbr, []in{{0, true, "0010 0048 fff16040013ffc aabb", 0, 0}}, []string{"0 aabb"}},
		"lbr":            {aacOf(8000, "mode=AAC-lbr"), []in{{0, true, "0008 0c aabbcc", 0, 0}}, []string{"0 aabbcc"}},
		"SBR": {
			aacOf(48000, "config=2b098800;sizelength=13;indexlength=3;indexdeltalength=3"),
			[]in{{0, true, "0020 0008 0008 aa bb", 0, 0}},
			[]string{"0 aa", "3840 bb"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if out, _ := feed(t, test.stream, test.in); !reflect.DeepEqual(out.units, test.want) {
				t.Errorf("got %q", out.units)
			}
		})
	}
}

func TestAACThatIsLeftOut(t *testing.T) {
	for _, fmtp := range []string{"config=zz", "config=ff", "sizelength=0", "sizelength=20", "indexlength=-1"} {
		if s := aacStream(coding{rate: 16000, channels: 1, params: parseFmtp(fmtp)}); s != nil {
			t.Errorf("%s was taken", fmtp)
		}
	}
}

func TestPCM(t *testing.T) {
	little := pcmStream(coding{channels: 1}, media.L16, 2, littleEndian)
	little.coding = coding{rate: 48000}
	stereo := pcmStream(coding{channels: 2}, media.L16, 2, networkOrder)
	stereo.coding = coding{rate: 44100}
	for name, test := range map[string]struct {
		stream *stream
		in     []in
		want   []string
	}{
		"little endian": {little, []in{{480, true, "0102 0304 05", 0, 0}}, []string{"900 02010403"}},
		"stereo":        {stereo, []in{{44100, true, "01020304 050607", 0, 0}, {0, true, "010203", 0, 0}}, []string{"90000 01020304"}},
	} {
		t.Run(name, func(t *testing.T) {
			if out, _ := feed(t, test.stream, test.in); !reflect.DeepEqual(out.units, test.want) {
				t.Errorf("got %q", out.units)
			}
		})
	}
}

// A thousand hours of sound at a rate that does not divide 90000 stay exact.
func TestTimestampsDoNotDrift(t *testing.T) {
	s := pcmStream(coding{channels: 1}, media.PCMU, 1, networkOrder)
	s.coding = coding{rate: 11025}
	out := &recorder{}
	track := s.newTrack(out, &counters{})
	const step, n = 1 << 20, 40000 // about 1000 h, nine wraps
	for i := range n {
		if err := track.rtp(&packet{sequence: uint16(i), timestamp: uint32(i * step), payload: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	want := fmt.Sprint(int64(n-1)*step*90000/11025, " 01")
	if got := out.units[n-1]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTooLargePicture(t *testing.T) {
	out, stats := &recorder{}, &counters{}
	track := h264Stream().newTrack(out, stats)
	piece := append([]byte{0x7c, 0x85, 0x88}, make([]byte, 60000)...)
	for i := range 200 {
		_ = track.rtp(&packet{sequence: uint16(i), timestamp: 5, payload: piece})
		piece[1] = 0x05
	}
	_ = track.rtp(&packet{sequence: 200, timestamp: 6, marker: true, payload: []byte{0x41, 0x9a}})
	if !reflect.DeepEqual(out.units, []string{"6! 419a"}) || stats.bad.Load() != 1 {
		t.Errorf("got %d units, %d bad", len(out.units), stats.bad.Load())
	}
}

func TestSenderReports(t *testing.T) {
	at := time.Date(2024, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	s := pcmStream(coding{channels: 1}, media.PCMA, 1, networkOrder)
	s.coding = coding{rate: 8000}
	out := &recorder{}
	track := s.newTrack(out, &counters{})
	push := func(seq uint16, ts uint32) {
		if err := track.rtp(&packet{sequence: seq, timestamp: ts, payload: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	track.report(at, 0) // before anything: of no use
	push(0, 0xffffff00)
	r := parseRTCP(senderReport(at, 7744))
	track.report(r.wall, r.timestamp)
	push(1, 7744)
	push(2, 3744)
	push(3, 0x7fffff00)
	if !out.walls[0].IsZero() || !out.walls[1].Equal(at) || !out.walls[2].Equal(at.Add(-time.Second/2)) || !out.walls[3].IsZero() {
		t.Errorf("walls %v", out.walls)
	}
}

func senderReport(at time.Time, ts uint32) []byte {
	seconds := uint32(at.Unix() + ntpEpoch)
	fraction := uint32(uint64(at.Nanosecond()) << 32 / 1e9)
	b := []byte{0x80, 200, 0, 6, 0, 0, 0, 1}
	for _, v := range []uint32{seconds, fraction, ts, 0, 0} {
		b = append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return append(b, 0x81, 203, 0, 1, 0, 0, 0, 1)
}

func TestRTCP(t *testing.T) {
	if r := parseRTCP(senderReport(time.Unix(1700000000, 0), 7)); !r.bye || r.wall.Unix() != 1700000000 || r.timestamp != 7 {
		t.Errorf("got %+v", r)
	}
	if at := ntpTime(1 << 32); at.Year() != 2036 {
		t.Errorf("the second era begins %v", at)
	}
	for _, b := range [][]byte{nil, {0x80}, {0x80, 200, 0, 6}, {0x80, 200, 0, 0}, bytes.Repeat([]byte{0x80, 202, 0, 0}, 9)} {
		if r := parseRTCP(b); r != (report{}) {
			t.Errorf("%x gives %+v", b, r)
		}
	}
}

func TestRTP(t *testing.T) {
	for name, test := range map[string]struct {
		in, want string
		ok       bool
	}{
		"plain":            {"80e00001 00000002 00000003 aabb", "aabb", true},
		"CSRC, extension":  {"91600001 00000002 00000003 00000004 abac0001 11223344 aa", "aa", true},
		"padding":          {"a0600001 00000002 00000003 aabb0002", "aabb", true},
		"only padding":     {"a0600001 00000002 00000003 0002", "", true},
		"too much padding": {"a0600001 00000002 00000003 0003", "", false},
		"no padding":       {"a0600001 00000002 00000003 0000", "", false},
		"padding, nothing": {"a0600001 00000002 00000003", "", false},
		"version":          {"40600001 00000002 00000003 aabb", "", false},
		"short":            {"80600001 00000002 000000", "", false},
		"extension cut":    {"90600001 00000002 00000003 abac00", "", false},
		"extension long":   {"90600001 00000002 00000003 abac0002 11223344", "", false},
		"CSRC cut":         {"83600001 00000002 00000003 00000000", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, ok := parseRTP(unhex(t, test.in))
			if ok != test.ok || fmt.Sprintf("%x", p.payload) != test.want {
				t.Errorf("got %+v %v", p, ok)
			}
		})
	}
}
