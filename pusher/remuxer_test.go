package pusher_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"mediapusher/internal/media"
	"mediapusher/pusher"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Parameter sets as encoders write them: H.264 baseline 1920x1080 and high 1280x720, H.265 main 10 1920x1080.
const (
	baselineSPS = "67 42 C0 28 D9 00 78 02 27 E5 84 00 00 03 00 04 00 00 03 00 F0 3C 60 C9 20"
	highSPS     = "67 64 00 20 AC D9 40 50 05 BB 01 6C 80 00 00 03 00 80 00 00 1E 07 8C 18 CB"
	avcPPS      = "68 CE 3C 80"
	hevcVPS     = "40 01 0C 01 FF FF 02 20 00 00 03 00 B0 00 00 03 00 00 03 00 7B 18 B0 24"
	hevcSPS     = "42 01 01 02 20 00 00 03 00 B0 00 00 03 00 00 03 00 7B A0 07 82 00 88 7D B6 71 8B 92 44 80 53 88 88 92 CF 24 A6 92 72 C9 12 49 22 DC 91 AA 48 FC A2 23 FF 00 01 00 01 6A 02 02 02 01"
	hevcPPS     = "44 01 C0 25 2F 05 32 40"
)

func avcTrack(t testing.TB, sps string, width, height int) *media.Track {
	t.Helper()
	return &media.Track{Codec: media.H264, SPS: unhex(t, sps), PPS: unhex(t, avcPPS), Width: width, Height: height, FrameRate: 25}
}

func hevcTrack(t testing.TB) *media.Track {
	t.Helper()
	return &media.Track{Codec: media.H265, VPS: unhex(t, hevcVPS), SPS: unhex(t, hevcSPS), PPS: unhex(t, hevcPPS), Width: 1920, Height: 1080}
}

// aacTrack is AAC-LC, 16 kHz, mono.
func aacTrack() *media.Track {
	return &media.Track{ID: 1, Codec: media.AAC, AudioConfig: []byte{0x14, 0x08}, SampleRate: 16000, Channels: 1}
}

// unit makes an access unit; times are in ms.
func unit(t testing.TB, track *media.Track, pts, dts int64, key bool, nals ...string) *media.AccessUnit {
	t.Helper()
	au := media.NewAccessUnit(track)
	au.PTS, au.DTS, au.RandomAccess = pts*90, dts*90, key
	for _, nal := range nals {
		if err := au.Append(unhex(t, nal)); err != nil {
			t.Fatal(err)
		}
	}
	return au
}

// recorder keeps messages, as "type timestamp hex".
type recorder struct {
	messages []string
	fail     error
}

func (r *recorder) WriteMessage(typeID byte, timestamp uint32, body [][]byte) error {
	if r.fail != nil {
		return r.fail
	}
	joined := bytes.Join(body, nil)
	text := fmt.Sprintf("% X", joined)
	switch typeID {
	case pusher.TypeData:
		values := decodeAll(joined)
		text = fmt.Sprint(values[0], " ", values[1], " ", reflect.ValueOf(values[2]).Interface())
		if joined[len("@setDataFrame")+3+len("onMetaData")+3] != 8 {
			text = "not an ECMA array"
		}
		text = fmt.Sprintf("meta %d %s", timestamp, text)
	case pusher.TypeVideo:
		text = fmt.Sprintf("video %d %s", timestamp, text)
	case pusher.TypeAudio:
		text = fmt.Sprintf("audio %d %s", timestamp, text)
	}
	r.messages = append(r.messages, text)
	return nil
}

const (
	avcBaselineRecord = "01 42 C0 28 FF E1 00 19 " + baselineSPS + " 01 00 04 " + avcPPS
	avcHighRecord     = "01 64 00 20 FF E1 00 19 " + highSPS + " 01 00 04 " + avcPPS + " FD F8 F8 00"
	hevcRecord        = "01 02 20 00 00 00 B0 00 00 00 00 00 7B F0 00 FC FD FA FA 00 00 0F 03 " +
		"A0 00 01 00 18 " + hevcVPS + " A1 00 01 00 3C " + hevcSPS + " A2 00 01 00 08 " + hevcPPS
	silentMeta1080 = "@setDataFrame onMetaData map[encoder:mediaPusher framerate:25 hasAudio:false hasVideo:true height:1080 videocodecid:7 width:1920]"
	silentMeta720  = "@setDataFrame onMetaData map[encoder:mediaPusher framerate:25 hasAudio:false hasVideo:true height:720 videocodecid:7 width:1280]"
	soundMeta1080  = "@setDataFrame onMetaData map[audiochannels:1 audiocodecid:10 audiosamplerate:16000 audiosamplesize:16 encoder:mediaPusher " +
		"framerate:25 hasAudio:true hasVideo:true height:1080 stereo:false videocodecid:7 width:1920]"
)

func TestRemuxer(t *testing.T) {
	h264 := avcTrack(t, baselineSPS, 1920, 1080)
	h264Again := avcTrack(t, baselineSPS, 1920, 1080)
	h264High := avcTrack(t, highSPS, 1280, 720)
	h265 := hevcTrack(t)
	aac := aacTrack()
	stereo := &media.Track{ID: 1, Codec: media.AAC, AudioConfig: []byte{0x14, 0x10}, SampleRate: 16000, Channels: 2}
	broken := &media.Track{Codec: media.H264, SPS: []byte{0x67, 0x42}, PPS: h264.PPS}

	for _, tt := range []struct {
		name     string
		hevc     pusher.HEVC
		announce *media.Track
		units    []*media.AccessUnit
		want     []string
	}{
		{
			name: "H.264, nothing before the key frame",
			units: []*media.AccessUnit{
				unit(t, h264, 0, 0, false, "41 9A 01"),
				unit(t, h264, 1080, 1040, true, "65 88 84", "65 88 85"),
				unit(t, h264, 1180, 1080, false, "41 9A 01"),
				unit(t, h264, 1119, 1120, false, "41 9A 02"),
				unit(t, h264Again, 2040, 2040, true, baselineSPS, avcPPS, "06 01", "65 88 86"),
			},
			want: []string{
				"meta 0 " + silentMeta1080,
				"video 1040 17 00 00 00 00 " + avcBaselineRecord,
				"video 1040 17 01 00 00 28 00 00 00 03 65 88 84 00 00 00 03 65 88 85",
				"video 1080 27 01 00 00 64 00 00 00 03 41 9A 01",
				"video 1120 27 01 00 00 00 00 00 00 03 41 9A 02",
				"video 2040 17 01 00 00 00 00 00 00 19 " + baselineSPS + " 00 00 00 04 " + avcPPS + " 00 00 00 02 06 01 00 00 00 03 65 88 86",
			},
		},
		{
			name:     "announced audio, then another",
			announce: aac,
			units: []*media.AccessUnit{
				unit(t, h264, 40, 40, true, "65 88 84"),
				unit(t, aac, 45, 45, false, "21 22 23"),
				unit(t, h264, 80, 80, false, "41 9A 01"),
				unit(t, stereo, 109, 109, false, "24"),
				unit(t, &media.Track{ID: 2, Codec: media.AAC, AudioConfig: []byte{0x12, 0x10}}, 110, 110, false, "25"),
				unit(t, &media.Track{ID: 1, Codec: media.PCMA}, 110, 110, false, "26"),
				unit(t, stereo, 173, 173, false, "27"),
			},
			want: []string{
				"meta 0 " + soundMeta1080,
				"video 40 17 00 00 00 00 " + avcBaselineRecord,
				"audio 40 AF 00 14 08",
				"video 40 17 01 00 00 00 00 00 00 03 65 88 84",
				"audio 45 AF 01 21 22 23",
				"video 80 27 01 00 00 00 00 00 00 03 41 9A 01",
				"meta 0 " + strings.NewReplacer("audiochannels:1", "audiochannels:2", "stereo:false", "stereo:true").Replace(soundMeta1080),
				"audio 109 AF 00 14 10",
				"audio 109 AF 01 24",
				"audio 173 AF 01 27",
			},
		},
		{
			name: "audio from before the first picture",
			units: []*media.AccessUnit{
				unit(t, h264, 2000, 2000, true, "65 88 84"),
				unit(t, aac, 1992, 1992, false, "20"),
				unit(t, aac, 2056, 2056, false, "21"),
			},
			want: []string{
				"meta 0 " + silentMeta1080,
				"video 2000 17 00 00 00 00 " + avcBaselineRecord,
				"video 2000 17 01 00 00 00 00 00 00 03 65 88 84",
				"meta 0 " + soundMeta1080,
				"audio 2056 AF 00 14 08",
				"audio 2056 AF 01 21",
			},
		},
		{
			name: "audio that comes late",
			units: []*media.AccessUnit{
				unit(t, h264, 0, 0, true, "65 88 84"),
				unit(t, aac, 45, 45, false, "21"),
				unit(t, aacTrack(), 109, 109, false, "22"),
			},
			want: []string{
				"meta 0 " + silentMeta1080,
				"video 0 17 00 00 00 00 " + avcBaselineRecord,
				"video 0 17 01 00 00 00 00 00 00 03 65 88 84",
				"meta 0 " + soundMeta1080,
				"audio 45 AF 00 14 08",
				"audio 45 AF 01 21",
				"audio 109 AF 01 22",
			},
		},
		{
			name: "another description waits for its key frame, a damaged one is passed over",
			units: []*media.AccessUnit{
				unit(t, h264, 0, 0, true, "65 88 84"),
				unit(t, h264High, 40, 40, false, "41 9A 01"),
				unit(t, h264High, 80, 80, true, "65 88 85"),
				unit(t, broken, 120, 120, true, "65 88 86"),
			},
			want: []string{
				"meta 0 " + silentMeta1080,
				"video 0 17 00 00 00 00 " + avcBaselineRecord,
				"video 0 17 01 00 00 00 00 00 00 03 65 88 84",
				"video 40 27 01 00 00 00 00 00 00 03 41 9A 01",
				"meta 0 " + silentMeta720,
				"video 80 17 00 00 00 00 " + avcHighRecord,
				"video 80 17 01 00 00 00 00 00 00 03 65 88 85",
				"video 120 17 01 00 00 00 00 00 00 03 65 88 86",
			},
		},
		{
			name: "H.265 enhanced", hevc: pusher.HEVCEnhanced,
			units: []*media.AccessUnit{
				unit(t, h265, 40, 40, true, "26 01 AF"),
				unit(t, h265, 180, 80, false, "02 01 D0"),
				unit(t, h265, 120, 120, false, "02 01 D1"),
				unit(t, h265, 200, 160, true, "26 01 AE"),
			},
			want: []string{
				"meta 0 @setDataFrame onMetaData map[encoder:mediaPusher hasAudio:false hasVideo:true height:1080 videocodecid:1.752589105e+09 width:1920]",
				"video 40 90 68 76 63 31 " + hevcRecord,
				"video 40 93 68 76 63 31 00 00 00 03 26 01 AF",
				"video 80 A1 68 76 63 31 00 00 64 00 00 00 03 02 01 D0",
				"video 120 A3 68 76 63 31 00 00 00 03 02 01 D1",
				"video 160 91 68 76 63 31 00 00 28 00 00 00 03 26 01 AE",
			},
		},
		{
			name: "H.265 as codec id 12", hevc: pusher.HEVCLegacy,
			units: []*media.AccessUnit{
				unit(t, h265, 40, 40, true, "26 01 AF"),
				unit(t, h265, 180, 80, false, "02 01 D0"),
			},
			want: []string{
				"meta 0 @setDataFrame onMetaData map[encoder:mediaPusher hasAudio:false hasVideo:true height:1080 videocodecid:12 width:1920]",
				"video 40 1C 00 00 00 00 " + hevcRecord,
				"video 40 1C 01 00 00 00 00 00 00 03 26 01 AF",
				"video 80 2C 01 00 00 64 00 00 00 03 02 01 D0",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got recorder
			r := pusher.NewRemuxer(&got, tt.hevc)
			if tt.announce != nil {
				r.Announce(tt.announce)
			}
			for _, au := range tt.units {
				if err := r.Write(au); err != nil {
					t.Fatal(err)
				}
			}
			for i := range max(len(got.messages), len(tt.want)) {
				var g, w string
				if i < len(got.messages) {
					g = got.messages[i]
				}
				if i < len(tt.want) {
					w = tt.want[i]
				}
				if g != w {
					t.Errorf("message %d\n got %s\nwant %s", i, g, w)
				}
			}
		})
	}
}

func TestRemuxerRefuses(t *testing.T) {
	good := avcTrack(t, baselineSPS, 1920, 1080)
	hevc := hevcTrack(t)
	fail := errors.New("write failed")
	for name, tt := range map[string]struct {
		track *media.Track
		hevc  pusher.HEVC
		fail  error
		want  error
	}{
		"H.265 where none is taken": {track: hevc, want: pusher.ErrHEVC},
		"no SPS":                    {track: &media.Track{Codec: media.H264, PPS: good.PPS}, want: pusher.ErrNoPicture},
		"short SPS":                 {track: &media.Track{Codec: media.H264, SPS: good.SPS[:8], PPS: good.PPS}, want: pusher.ErrNoPicture},
		"not an SPS":                {track: &media.Track{Codec: media.H264, SPS: good.PPS, PPS: good.PPS}, want: pusher.ErrNoPicture},
		"no PPS":                    {track: &media.Track{Codec: media.H264, SPS: good.SPS}, want: pusher.ErrNoPicture},
		"no VPS":                    {track: &media.Track{Codec: media.H265, SPS: hevc.SPS, PPS: hevc.PPS}, hevc: pusher.HEVCEnhanced, want: pusher.ErrNoPicture},
		"short H.265 SPS": {
			track: &media.Track{Codec: media.H265, VPS: hevc.VPS, SPS: hevc.SPS[:20], PPS: hevc.PPS}, hevc: pusher.HEVCLegacy, want: pusher.ErrNoPicture,
		},
		"writer": {track: good, fail: fail, want: fail},
	} {
		got := recorder{fail: tt.fail}
		err := pusher.NewRemuxer(&got, tt.hevc).Write(unit(t, tt.track, 0, 0, true, "65 88 84"))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
		if len(got.messages) > 0 {
			t.Errorf("%s: sent %v before", name, got.messages)
		}
	}
}

// TestFirstPictureIsNoStartCode holds the first lengths of a publish away from what SRS 5 and 6 take for a start code.
func TestFirstPictureIsNoStartCode(t *testing.T) {
	slice := func(n int) string { return "65" + strings.Repeat("88", n-1) }
	sei := func(n int) string { return "06" + strings.Repeat("05", n-1) }
	for _, tt := range []struct {
		name string
		nals []string
		want string // the first NAL units: length and first byte
	}{
		{"plain", []string{slice(600)}, "600:65"},
		{"300 bytes", []string{slice(300), slice(300)}, "2:09 300:65 300:65"},
		{"256 bytes", []string{slice(256)}, "2:09 256:65"},
		{"255 bytes", []string{slice(255)}, "255:65"},
		{"511 bytes", []string{slice(511)}, "2:09 511:65"},
		{"512 bytes", []string{slice(512)}, "512:65"},
		{"one byte", []string{slice(1)}, "2:09 1:65"},
		{"SEI before", []string{sei(300), slice(700)}, "700:65"},
		{"SEI between", []string{baselineSPS, avcPPS, sei(20), slice(300)}, "25:67 4:68 300:65"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			track := avcTrack(t, baselineSPS, 1920, 1080)
			var got recorder
			r := pusher.NewRemuxer(&got, pusher.HEVCNone)
			for i := range int64(2) {
				if err := r.Write(unit(t, track, 40*i, 40*i, true, tt.nals...)); err != nil {
					t.Fatal(err)
				}
			}
			list := func(message string) string {
				b := unhex(t, message[len("video 0"):][strings.IndexByte(message[len("video 0"):], ' '):])[5:]
				var units []string
				for len(b) > 4 {
					n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
					units = append(units, fmt.Sprintf("%d:%02X", n, b[4]))
					b = b[4+n:]
				}
				return strings.Join(units, " ")
			}
			if units := list(got.messages[2]); units != tt.want {
				t.Errorf("first picture %s, want %s", units, tt.want)
			}
			var all []string
			for _, nal := range tt.nals {
				b := unhex(t, nal)
				all = append(all, fmt.Sprintf("%d:%02X", len(b), b[0]))
			}
			if units := list(got.messages[3]); units != strings.Join(all, " ") {
				t.Errorf("second picture %s, want all of it", units)
			}
		})
	}
}
