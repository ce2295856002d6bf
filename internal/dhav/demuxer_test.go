package dhav_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"testing"
	"time"

	"mediapusher/internal/dhav"
	"mediapusher/internal/media"
)

// NAL units of H.264 and H.265 in miniature.
func h264Key() [][]byte {
	return [][]byte{{0x67, 0x42, 0, 0x1E, 9}, {0x68, 0xCE, 0x3C, 0x80}, {0x65, 0x88, 0x84, 1}}
}

func h264Inter(n byte) [][]byte { return [][]byte{{0x61, 0x9A, n, 0x80}} }

func h265Key() [][]byte {
	return [][]byte{{0x40, 1, 0x0C, 1}, {0x42, 1, 1, 1, 0x60}, {0x44, 1, 0xC1, 0x72}, {0x26, 1, 0xAF, 9}}
}

func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// picture is a frame of H.264 at 25 pictures a second.
func picture(n int) frame {
	f := frame{
		kind: inter, sequence: uint32(n), date: noon().Add(time.Duration(n) * 40 * time.Millisecond), counter: uint16(n * 40),
		tags: videoTag(2, 25), payload: annexB(h264Inter(byte(n + 1))...),
	}
	if n%10 == 0 {
		f.kind, f.payload = key, annexB(h264Key()...)
	}
	return f
}

// alaw is a frame of 40 ms of sound beside a picture.
func alaw(n int) frame {
	f := picture(n)
	f.kind, f.tags, f.payload = sound, audioTag(1, 0x0E, 2), bytes.Repeat([]byte{byte(n), 0xD5}, 160)
	return f
}

// One key frame as a recorder sends it: header, tags 82, 81 and 88, four NAL units, trailer.
const golden = "44484156" + "fd000000" + "20d84a00" + "54000000" + "b9abd246" + "464c" + "14" + "d8" +
	"82000000200af005" + "81320c19" + "88c7b2d89d000000" +
	"0000000140010c01" + "0000000142010101" + "000000014401c172" + "0000012601af09" + "00" +
	"64686176" + "54000000"

func TestGoldenFrame(t *testing.T) {
	b, err := hex.DecodeString(golden)
	if err != nil {
		t.Fatal(err)
	}
	c, stats := demux(t, b)
	if len(c.units) != 1 || stats.Skipped != 0 || stats.Frames != 1 || stats.Damaged != 0 {
		t.Fatalf("%d units, %+v", len(c.units), stats)
	}
	u := c.units[0]
	want := [][]byte{{0x40, 1, 0x0C, 1}, {0x42, 1, 1, 1}, {0x44, 1, 0xC1, 0x72}, {0x26, 1, 0xAF, 9}}
	if !reflect.DeepEqual(u.Units, want) {
		t.Errorf("NAL units %x", u.Units)
	}
	track := media.Track{Codec: media.H265, VPS: want[0], SPS: want[1], PPS: want[2], Width: 2592, Height: 1520, FrameRate: 25}
	if !reflect.DeepEqual(*u.Track, track) {
		t.Errorf("track %+v", *u.Track)
	}
	if wall := time.Date(2017, 11, 9, 10, 46, 57, 0, time.UTC); !u.Wall.Equal(wall) || u.Lost {
		t.Errorf("wall %v, lost %v", u.Wall, u.Lost)
	}
}

func TestFindsFrames(t *testing.T) {
	first, second, third := picture(0).bytes(), picture(1).bytes(), picture(2).bytes()
	changed := func(at int, to byte) []byte {
		b := bytes.Clone(second)
		b[at] = to
		return b
	}
	for name, test := range map[string]struct {
		stream           []byte
		units            int
		lost             bool // the last one
		resyncs, damaged uint64
	}{
		"one behind the other":   {join(first, second, third), 3, false, 0, 0},
		"file header":            {join([]byte("DAHUA"), make([]byte, 0x400-5), first, second), 2, false, 0, 0},
		"index":                  {join([]byte("DHII"), bytes.Repeat([]byte("DHA"), 99), first), 1, false, 0, 0},
		"magic within rubbish":   {join([]byte("DHAV DHAVDHAVDHADHAV and some more behind"), first), 1, false, 0, 0},
		"rubbish between":        {join(first, []byte("DHAVxyz"), second), 2, false, 1, 0},
		"header's sum":           {join(first, changed(8, 9), third), 2, true, 1, 0},
		"length too small":       {join(first, changed(12, 31), third), 2, true, 1, 0},
		"length too large":       {join(first, changed(15, 1), third), 2, true, 1, 0},
		"trailer":                {join(first, changed(len(second)-6, 'x'), third), 2, true, 1, 1},
		"trailer's length":       {join(first, changed(len(second)-3, 1), third), 2, true, 1, 1},
		"cut within the payload": {join(first, second[:len(second)-12], third, picture(3).bytes()), 3, false, 1, 1},
		"cut at the end":         {join(first, second[:len(second)-1]), 1, false, 1, 0},
		"a frame is missing":     {join(first, third), 2, true, 0, 0},
		"pictures before a key":  {join(second, third), 0, false, 0, 0},
		"twice the same number":  {join(first, second, second), 3, false, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, stats := demux(t, test.stream)
			if len(c.units) != test.units || stats.Resyncs != test.resyncs || stats.Damaged != test.damaged {
				t.Fatalf("%d units, %+v", len(c.units), stats)
			}
			if n := len(c.units); n > 0 && c.units[n-1].Lost != test.lost {
				t.Errorf("lost %v", c.units[n-1].Lost)
			}
		})
	}
}

// A device that writes no sums of headers is understood by the trailers; one that was right once makes the next ones count.
func TestHeadersWithoutSums(t *testing.T) {
	unsummed := func(n int) []byte {
		b := picture(n).bytes()
		b[23]++
		return b
	}
	for name, test := range map[string]struct {
		stream []byte
		units  int
	}{
		"none":           {join(unsummed(0), unsummed(1), unsummed(2)), 3},
		"wrong trailer":  {join(unsummed(0), unsummed(1)[:40], unsummed(2)), 2},
		"behind one":     {join(picture(0).bytes(), unsummed(1), picture(2).bytes()), 2},
		"begins damaged": {join(unsummed(0), picture(1).bytes(), unsummed(2), picture(3).bytes()), 3},
	} {
		t.Run(name, func(t *testing.T) {
			if c, stats := demux(t, test.stream); len(c.units) != test.units {
				t.Errorf("%d units, want %d; %+v", len(c.units), test.units, stats)
			}
		})
	}
}

// A snapshot between the pictures of a stream is left out; snapshots alone are video that is not carried.
func TestJPEGBetweenPictures(t *testing.T) {
	snapshot := frame{kind: 0xFB, payload: []byte{0xFF, 0xD8, 0xFF, 0xD9}}.bytes()
	first, second, third := picture(0).bytes(), picture(1).bytes(), picture(2).bytes()
	c, stats := demux(t, join(first, snapshot, second, snapshot, third))
	if len(c.units) != 3 || c.units[2].Lost || len(stats.Notes) != 1 {
		t.Errorf("%d units, %+v", len(c.units), stats)
	}
	d := dhav.New((&collector{}).emit)
	if err := d.Write(join(first, snapshot, snapshot)); !errors.Is(err, dhav.ErrCodec) {
		t.Errorf("switched to JPEG: %v", err)
	}
}

func TestExtension(t *testing.T) {
	four, eight := []byte{0x84, 1, 2, 3}, []byte{0x90, 1, 2, 3, 4, 5, 6, 7}
	for name, test := range map[string]struct {
		tags []byte
		want media.Track
	}{
		"none":           {nil, media.Track{}},
		"80":             {[]byte{0x80, 0, 240, 135}, media.Track{Width: 1920, Height: 1080}},
		"behind others":  {join(four, eight, videoTag(2, 12)), media.Track{FrameRate: 12}},
		"behind unknown": {join(videoTag(2, 12), []byte{0x77, 0, 0, 0}, []byte{0x80, 0, 240, 135}), media.Track{FrameRate: 12}},
		"cut":            {join(videoTag(2, 12), []byte{0x82, 0, 0, 0, 1, 1}), media.Track{FrameRate: 12}},
		"all skipped ones": {join([]byte{0x85, 0, 0, 0, 0x8B, 0, 0, 0, 0x94, 0, 0, 0, 0x96, 0, 0, 0, 0xA0, 0, 0, 0, 0xB2, 0, 0, 0, 0xB4, 0, 0, 0},
			[]byte{0x91, 0, 0, 0, 0, 0, 0, 0, 0x92, 0, 0, 0, 0, 0, 0, 0, 0x93, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0},
			[]byte{0x9A, 0, 0, 0, 0, 0, 0, 0, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0xB3, 0, 0, 0, 0, 0, 0, 0}, videoTag(2, 7)), media.Track{FrameRate: 7}},
	} {
		t.Run(name, func(t *testing.T) {
			f := picture(0)
			f.tags = test.tags
			c, _ := demux(t, f.bytes())
			if len(c.units) != 1 {
				t.Fatal("no unit")
			}
			got := *c.units[0].Track
			test.want.Codec, test.want.SPS, test.want.PPS = media.H264, h264Key()[0], h264Key()[1]
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestCodingOfPictures(t *testing.T) {
	bare := [][]byte{{0x65, 0x88, 0x84, 1}}
	for name, test := range map[string]struct {
		kind, coding byte
		units        [][]byte
		want         media.Codec
		err          bool
	}{
		"H.264":                       {key, 2, h264Key(), media.H264, false},
		"H.264, other number":         {key, 4, h264Key(), media.H264, false},
		"H.265":                       {key, 0x0C, h265Key(), media.H265, false},
		"tag says H.264, sets H.265":  {key, 8, h265Key(), media.H265, false},
		"tag says H.265, sets H.264":  {key, 0x0C, h264Key(), media.H264, false},
		"tag says MPEG-4, sets H.264": {key, 1, h264Key(), media.H264, false},
		"no sets, tag":                {key, 8, bare, media.H264, false},
		"no sets, no tag":             {key, 0, bare, media.CodecUnknown, false},
		"MPEG-4":                      {key, 1, [][]byte{{0xB0, 1}, {0xB6, 0x10, 1}}, media.CodecUnknown, true},
		"MJPEG":                       {key, 3, nil, media.CodecUnknown, true},
		"JPEG frame":                  {0xFB, 3, nil, media.CodecUnknown, true},
		"unknown":                     {key, 0x55, bare, media.CodecUnknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := picture(0)
			f.kind, f.tags, f.payload = test.kind, videoTag(test.coding, 25), annexB(test.units...)
			if test.units == nil {
				f.payload = []byte{0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3}
			}
			c := &collector{}
			err := dhav.New(c.emit).Write(f.bytes())
			if errors.Is(err, dhav.ErrCodec) != test.err || !test.err && err != nil {
				t.Fatal(err)
			}
			got := media.CodecUnknown
			if len(c.units) > 0 {
				got = c.units[0].Track.Codec
			}
			if got != test.want {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestTrackChangesWithItsDescription(t *testing.T) {
	var stream []byte
	for n := range 31 {
		f := picture(n)
		if n == 20 {
			f.payload = annexB(append([][]byte{{0x67, 0x42, 0, 0x1F, 1}}, h264Key()[1:]...)...)
		}
		if n == 30 {
			f.payload, f.tags = annexB(h265Key()...), videoTag(0x0C, 25)
		}
		stream = append(stream, f.bytes()...)
	}
	c, _ := demux(t, stream)
	for n, u := range c.units {
		same := n > 0 && u.Track == c.units[n-1].Track
		if want := n != 0 && n != 20 && n != 30; same != want {
			t.Errorf("picture %d: same track %v", n, same)
		}
	}
	if got := c.units[30].Track; got.Codec != media.H265 || got.ID != 0 {
		t.Errorf("%+v", got)
	}
}

func TestDataFramesAreNoLoss(t *testing.T) {
	var stream []byte
	for n := range 20 {
		stream = append(stream, picture(n).bytes()...)
		if n%3 == 0 {
			f := frame{kind: data, sequence: uint32(500 + n), date: noon(), payload: []byte(`{"focus":1}`)}
			stream = append(stream, f.bytes()...)
			f.kind, f.sequence = 0xFA, uint32(9000-n)
			stream = append(stream, f.bytes()...)
		}
	}
	c, stats := demux(t, stream)
	for n, u := range c.units {
		if u.Lost {
			t.Errorf("picture %d is lost", n)
		}
	}
	if len(c.units) != 20 || stats.Gaps != 0 || stats.Skipped != 0 || len(stats.Notes) != 0 {
		t.Errorf("%d units, %+v", len(c.units), stats)
	}
}

func TestSequence(t *testing.T) {
	type step struct {
		kind   byte
		number uint32
		lost   bool
	}
	for name, steps := range map[string][]step{
		"apart":                 {{key, 7, false}, {sound, 1, false}, {inter, 8, false}, {sound, 2, false}, {inter, 9, false}},
		"apart, picture lost":   {{key, 1, false}, {sound, 1, false}, {inter, 2, false}, {sound, 2, false}, {sound, 3, false}, {inter, 4, true}},
		"apart, sound lost":     {{key, 7, false}, {sound, 1, false}, {inter, 8, false}, {sound, 3, true}, {inter, 9, false}},
		"one count":             {{key, 1, false}, {sound, 2, false}, {inter, 3, false}, {sound, 4, false}, {sound, 5, false}, {inter, 6, false}},
		"one count, loss":       {{key, 1, false}, {sound, 2, false}, {inter, 3, false}, {inter, 6, true}, {sound, 7, false}, {inter, 8, false}},
		"wrap":                  {{key, 1<<32 - 1, false}, {inter, 0, false}, {inter, 1, false}},
		"does not count":        {{key, 5, false}, {inter, 5, false}, {inter, 5, false}},
		"back":                  {{key, 5, false}, {inter, 6, false}, {inter, 5, true}, {inter, 6, false}},
		"new count behind end":  {{key, 5, false}, {inter, 6, false}, {end, 7, false}, {key, 100, false}, {inter, 101, false}},
		"counts in twos: 8 are": {{key, 0, false}, {inter, 2, true}, {inter, 4, true}, {inter, 6, true}, {inter, 8, true}, {inter, 10, true}, {inter, 12, true}, {inter, 14, true}, {inter, 16, true}, {inter, 18, false}, {inter, 20, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var stream []byte
			var want, got []bool
			for n, s := range steps {
				f := picture(n)
				f.kind, f.sequence = s.kind, s.number
				switch s.kind {
				case sound:
					f = alaw(n)
					f.sequence = s.number
				case key:
					f.payload = annexB(h264Key()...)
				case end:
					stream = append(stream, frame{kind: end, sequence: s.number}.bytes()...)
					continue
				}
				stream = append(stream, f.bytes()...)
				want = append(want, s.lost)
			}
			c, _ := demux(t, stream)
			for _, u := range c.units {
				got = append(got, u.Lost)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("lost %v, want %v", got, want)
			}
		})
	}
}

func TestReset(t *testing.T) {
	c := &collector{}
	d := dhav.New(c.emit)
	write := func(b []byte) {
		t.Helper()
		if err := d.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	write(join(picture(0).bytes(), alaw(0).bytes(), picture(1).bytes(), picture(2).bytes()[:30]))
	d.Reset()
	write(join(picture(2).bytes()[40:], picture(3).bytes(), alaw(3).bytes(), picture(4).bytes(), alaw(4).bytes()))
	var lost []bool
	for _, u := range c.units {
		lost = append(lost, u.Lost)
	}
	if want := []bool{false, false, false, true, true, false, false}; !reflect.DeepEqual(lost, want) {
		t.Errorf("lost %v", lost)
	}
}

func TestEndOfStream(t *testing.T) {
	stop := frame{kind: end, sequence: 9, date: noon()}.bytes()
	if _, stats := demux(t, picture(0).bytes(), stop); !stats.Ended {
		t.Error("the end is not told")
	}
	if _, stats := demux(t, stop, picture(0).bytes()); stats.Ended {
		t.Error("an end is told though the stream goes on")
	}
}

func TestErrorOfEmit(t *testing.T) {
	refused := errors.New("refused")
	d := dhav.New(func(au *media.AccessUnit) error {
		au.Release()
		return refused
	})
	if err := d.Write(picture(0).bytes()); !errors.Is(err, refused) {
		t.Error(err)
	}
	b := picture(0).bytes()
	d = dhav.New(func(au *media.AccessUnit) error {
		au.Release()
		return refused
	})
	// A header that promises more than comes hides a frame until the end.
	long := picture(1)
	long.payload = make([]byte, 5000)
	if err := d.Write(join(long.bytes()[:40], b)); err != nil {
		t.Fatal(err)
	}
	if err := d.Flush(); !errors.Is(err, refused) {
		t.Error(err)
	}
}
