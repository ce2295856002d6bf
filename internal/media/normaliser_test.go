package media_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"

	"mediapusher/internal/media"
)

// Parameter sets made by x264 (640x360 without and 320x180 with B pictures) and by x265 (640x360).
var (
	sps360   = unhex("6764001eacb201405ff2e022000003000200000300641e2c5c90")
	pps360   = unhex("68ebc3cb22c0")
	sps180   = unhex("6764000cacd941419f9f0110000003001000000301e0f1429960")
	pps180   = unhex("68ebe3cb22c0")
	vps265   = unhex("40010c01ffff01600000030090000003000003003f959809")
	sps265   = unhex("42010101600000030090000003000003003fa00502016965959a4932bc05a02000000300200000030321")
	pps265   = unhex("4401c172b46240")
	idr      = []byte{0x65, 0x88, 0x84, 0x00, 0x10}
	slice    = []byte{0x41, 0x9A, 0x3B}
	cra      = []byte{21 << 1, 1, 0xAF}
	idr265   = []byte{19 << 1, 1, 0xAF}
	trail265 = []byte{1 << 1, 1, 0xD0}
	rasl265  = []byte{8 << 1, 1, 0xD0}
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestNormaliserAdmits(t *testing.T) {
	h264 := &media.Track{Codec: media.H264}
	h264Described := &media.Track{Codec: media.H264, SPS: sps360, PPS: pps360}
	h265Described := &media.Track{Codec: media.H265, VPS: vps265, SPS: sps265, PPS: pps265}
	type unit struct {
		nals [][]byte
		lost bool
	}
	for _, tt := range []struct {
		name     string
		track    *media.Track
		in       []unit
		want     [][]byte // the first NAL unit of each access unit that goes on
		obstacle string
	}{
		{"a stream with sets in band", h264, []unit{{nals: [][]byte{sps360, pps360, idr}}, {nals: [][]byte{slice}}}, [][]byte{sps360, slice}, ""},
		{"a stream with sets in the description", h264Described, []unit{{nals: [][]byte{idr}}}, [][]byte{idr}, ""},
		{"sets in units of their own", h264, []unit{{nals: [][]byte{sps360}}, {nals: [][]byte{pps360}}, {nals: [][]byte{idr}}}, [][]byte{idr}, ""},
		{"nothing before the first key frame", h264Described, []unit{{nals: [][]byte{slice}}, {nals: [][]byte{idr}}}, [][]byte{idr}, ""},
		{"no key frame", h264Described, []unit{{nals: [][]byte{slice}}}, nil, "no key frame has come"},
		{"no parameter sets", h264, []unit{{nals: [][]byte{slice}}, {nals: [][]byte{idr}}}, nil, "the stream has no parameter sets (SPS/PPS)"},
		{"an SPS that cannot be read", h264, []unit{{nals: [][]byte{{0x67, 1}, pps360, idr}}}, nil, "the stream has no parameter sets (SPS/PPS)"},
		{"garbage", h264Described, []unit{{nals: [][]byte{{0xFF, 0xFF}, {}, {0x00}, {0x18, 1, 2}}}}, nil, "the video data are damaged: no picture in them can be decoded"},
		{"nothing", h264Described, nil, nil, "no video has come"},
		{
			"key frames that cannot be", h264Described,
			[]unit{
				{nals: [][]byte{{0x65, 0x55, 0x55, 0x55, 0x55, 0x55}}},         // begins in the middle of the picture
				{nals: [][]byte{{0x65, 0x9A, 0x84, 0x00, 0x10, 0x00}}},         // a P slice
				{nals: [][]byte{{0x65, 0x88, 0x44, 0x00, 0x10, 0x00}}},         // of a PPS that nobody has sent
				{nals: [][]byte{{0x65, 0x88, 0x8C, 0x00, 0x10, 0x00}}},         // in the middle of a sequence
				{nals: [][]byte{{0x65, 0x88}}},                                 // cut off
				{nals: [][]byte{{0x68, 0x00, 0x00}, {0x65, 0x88, 0x44, 0x00}}}, // a damaged PPS does not replace the good one
			},
			nil, "the video data are damaged: no picture in them can be decoded",
		},
		{"a good key frame behind damaged ones", h264Described, []unit{{nals: [][]byte{{0x65, 0x55, 0x55}}}, {nals: [][]byte{{0x68, 0}, idr}}}, [][]byte{{0x68, 0}}, ""},
		{
			"delimiters, filler and ends of sequence go", h264Described,
			[]unit{{nals: [][]byte{{0x09, 0xF0}, idr, {0x0C, 0xFF}, {0x0A, 0}, {0x0B, 0}}}},
			[][]byte{idr},
			"",
		},
		{
			"after a loss the next key frame", h264Described,
			[]unit{{nals: [][]byte{idr}}, {nals: [][]byte{slice}, lost: true}, {nals: [][]byte{slice}}, {nals: [][]byte{idr}}},
			[][]byte{idr, idr},
			"",
		},
		{
			"leading pictures after the CRA that begins", h265Described,
			[]unit{{nals: [][]byte{cra}}, {nals: [][]byte{rasl265}}, {nals: [][]byte{trail265}}, {nals: [][]byte{cra}}, {nals: [][]byte{rasl265}}},
			[][]byte{cra, trail265, cra, rasl265},
			"",
		},
		{"an IDR of H.265", h265Described, []unit{{nals: [][]byte{{35 << 1, 1, 0x50}, idr265}}, {nals: [][]byte{rasl265}}}, [][]byte{idr265, rasl265}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := &collector{}
			normaliser := media.NewNormaliser(out)
			setTracks(t, normaliser, tt.track)
			for _, u := range tt.in {
				au := newUnit(t, tt.track, 0, u.nals...)
				au.Lost = u.lost
				write(t, normaliser, au)
			}
			var got [][]byte
			for _, au := range out.units {
				got = append(got, au.Units[0])
				random := bytes.Equal(au.Units[len(au.Units)-1], idr) || bytes.Equal(au.Units[0], cra) || bytes.Equal(au.Units[0], idr265)
				if au.RandomAccess != random {
					t.Errorf("%x: RandomAccess %v", au.Units[0], au.RandomAccess)
				}
			}
			if !slices.EqualFunc(got, tt.want, bytes.Equal) {
				t.Errorf("got %x, want %x", got, tt.want)
			}
			if got := normaliser.Progress().Obstacle(); got != tt.obstacle {
				t.Errorf("obstacle %q, want %q", got, tt.obstacle)
			}
		})
	}
}

func TestNormaliserDescribes(t *testing.T) {
	track := &media.Track{Codec: media.H264, SPS: sps360, PPS: pps360}
	out := &collector{}
	normaliser := media.NewNormaliser(out)
	setTracks(t, normaliser, track)
	write(t, normaliser, newUnit(t, track, 0, sps360, pps360, idr))
	write(t, normaliser, newUnit(t, track, 0, slice))
	write(t, normaliser, newUnit(t, track, 0, sps180, pps180, idr))
	first, second, third := out.units[0].Track, out.units[1].Track, out.units[2].Track
	if first != out.tracks[0] || first != second {
		t.Error("equal parameter sets made a new description")
	}
	if first.Width != 640 || first.Height != 360 || first.FrameRate != 25 || first.ReorderDepth != 0 {
		t.Errorf("first description: %dx%d, %v pictures a second, depth %d", first.Width, first.Height, first.FrameRate, first.ReorderDepth)
	}
	if third == first || third.Width != 320 || third.Height != 180 || third.FrameRate != 15 || third.ReorderDepth != 2 {
		t.Errorf("second description: %dx%d, %v pictures a second, depth %d", third.Width, third.Height, third.FrameRate, third.ReorderDepth)
	}
	if !bytes.Equal(third.SPS, sps180) || !bytes.Equal(third.PPS, pps180) {
		t.Error("the second description does not hold the new sets")
	}
}

func TestNormaliserHoldsSoundBackUntilTheFirstPicture(t *testing.T) {
	v, a := &media.Track{ID: 0, Codec: media.H264, SPS: sps360, PPS: pps360}, &media.Track{ID: 1, Codec: media.PCMU}
	out := &collector{}
	normaliser := media.NewNormaliser(out)
	for range 2 {
		setTracks(t, normaliser, v, a)
		write(t, normaliser, newUnit(t, a, 0, []byte{1, 2}))
		write(t, normaliser, newUnit(t, v, 0, idr))
		write(t, normaliser, newUnit(t, a, 0, []byte{3, 4}))
		lossy := newUnit(t, v, 0, slice)
		lossy.Lost = true
		write(t, normaliser, lossy)
		write(t, normaliser, newUnit(t, a, 0, []byte{5, 6}))
	}
	if got := len(out.of(1)); got != 4 {
		t.Errorf("%d units of sound went on, want 4", got)
	}
}

func FuzzNormaliser(f *testing.F) {
	f.Add(byte(0), append(append(slices.Clone(sps360), 0, 0, 1), idr...))
	f.Add(byte(1), append(append(append(slices.Clone(vps265), 0, 0, 1), sps265...), 0, 0, 1))
	f.Fuzz(func(t *testing.T, codec byte, data []byte) {
		track := &media.Track{Codec: media.H264 + media.Codec(codec&1)}
		out := &collector{}
		normaliser := media.NewNormaliser(out)
		setTracks(t, normaliser, track)
		write(t, normaliser, newUnit(t, track, 0, bytes.Split(data, []byte{0, 0, 1})...))
		write(t, normaliser, newUnit(t, track, 0, bytes.Split(data, []byte{0, 0, 1})...))
		for i, au := range out.units {
			if i == 0 && (!au.RandomAccess || au.Track.Width == 0 || len(au.Track.PPS) == 0) {
				t.Error("the first unit cannot be decoded")
			}
			for _, nal := range au.Units {
				if len(nal) < 2 || nal[0]&0x80 != 0 {
					t.Errorf("damaged NAL unit %x went on", nal)
				}
			}
		}
	})
}
