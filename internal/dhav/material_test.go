package dhav_test

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/media"
	"mediapusher/internal/nvrsim/clips"
	"mediapusher/internal/nvrsim/dhavmux"
)

// clip reads a file of the simulator's clips.
func clip(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := fs.ReadFile(clips.Embedded(), name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// accessUnits cuts an elementary stream at its access unit delimiters and leaves these out.
func accessUnits(stream []byte, delimiter byte) [][][]byte {
	var units [][][]byte
	for part := range bytes.SplitSeq(stream, []byte{0, 0, 1}) {
		part = bytes.TrimRight(part, "\x00")
		switch {
		case len(part) == 0:
		case part[0] == delimiter:
			units = append(units, nil)
		default:
			units[len(units)-1] = append(units[len(units)-1], part)
		}
	}
	return units
}

// pictures are a clip's access units: name and the first byte of its delimiters.
func pictures(tb testing.TB, name string) [][][]byte {
	tb.Helper()
	delimiter := byte(9)
	if strings.HasSuffix(name, ".h265") {
		delimiter = 35 << 1
	}
	units := accessUnits(clip(tb, name), delimiter)
	if len(units) < 50 {
		tb.Fatalf("%s has %d pictures", name, len(units))
	}
	return units
}

// isKey tells whether an access unit begins with parameter sets.
func isKey(units [][]byte) bool {
	return units[0][0]&0x1F == 7 || units[0][0] == 0x40
}

// recording is what the tests' own writer makes of a clip, with sound beside it and data between.
type recording struct {
	frames   [][]byte
	pictures [][][]byte
	sounds   [][]byte
}

func record(tb testing.TB, name string, coding byte) recording {
	tb.Helper()
	r := recording{pictures: pictures(tb, name)}
	law := clip(tb, "beeps.alaw")
	for n, units := range r.pictures {
		now := noon().Add(time.Duration(n) * 40 * time.Millisecond)
		f := frame{
			kind: inter, sequence: uint32(n + 70), date: now, counter: uint16(n*40 + 65000),
			tags: videoTag(coding, 25), payload: annexB(units...),
		}
		if isKey(units) {
			f.kind, f.tags = key, append([]byte{0x82, 0, 0, 0, 0x80, 7, 0x38, 4}, f.tags...)
			r.frames = append(r.frames, frame{kind: data, sequence: uint32(n), date: now, payload: []byte(`{}`)}.bytes())
		}
		f.tags = append(f.tags, sumTag(f.payload)...)
		samples := law[n*320%(len(law)-320):][:320]
		s := frame{
			kind: sound, sequence: uint32(n + 1), date: now, counter: f.counter + 3, tags: audioTag(1, 0x0E, 2), payload: samples,
		}
		r.frames = append(r.frames, f.bytes(), s.bytes())
		r.sounds = append(r.sounds, samples)
	}
	return r
}

// same fails where the units are not the recording's.
func (r recording) same(t *testing.T, c *collector) {
	t.Helper()
	got, heard := c.of(0), c.of(1)
	if len(got) != len(r.pictures) || len(heard) != len(r.sounds) {
		t.Fatalf("%d pictures of %d, %d sounds of %d", len(got), len(r.pictures), len(heard), len(r.sounds))
	}
	for n := range got {
		if !reflect.DeepEqual(got[n].Units, r.pictures[n]) || got[n].Lost {
			t.Fatalf("picture %d is another one", n)
		}
	}
	for n := range heard {
		if !bytes.Equal(heard[n].Units[0], r.sounds[n]) || heard[n].Lost {
			t.Fatalf("sound %d is another one", n)
		}
	}
}

func TestClipsCutAtRandom(t *testing.T) {
	for name, coding := range map[string]byte{"dahua-h264.h264": 2, "dahua-h265.h265": 0x0C, "dahua-sub.h264": 8} {
		t.Run(name, func(t *testing.T) {
			r := record(t, name, coding)
			stream := bytes.Join(r.frames, nil)
			whole, _ := demux(t, stream)
			r.same(t, whole)
			for seed := range uint64(6) {
				cut, stats := demux(t, pieces(stream, seed)...)
				if !reflect.DeepEqual(cut, whole) {
					t.Fatalf("seed %d: cut at random, the units are others", seed)
				}
				if stats.Skipped != 0 || stats.Gaps != 0 {
					t.Fatalf("%+v", stats)
				}
			}
		})
	}
}

// pieces cuts at random, finer with some seeds.
func pieces(stream []byte, seed uint64) [][]byte {
	random := rand.New(rand.NewPCG(seed, 1))
	most := []int{3, 100, 1500, 8192, 65536, 1 << 20}[seed%6]
	var cut [][]byte
	for len(stream) > 0 {
		n := min(1+random.IntN(most), len(stream))
		cut = append(cut, stream[:n])
		stream = stream[n:]
	}
	return cut
}

// The simulator's writer, which knows nothing of this package either.
func TestSimulatorsWriter(t *testing.T) {
	units := pictures(t, "dahua-h265.h265")
	for name, jitter := range map[string][]time.Duration{"even": nil, "jittery": dhavmux.SampleJitter()} {
		t.Run(name, func(t *testing.T) {
			m := dhavmux.New(dhavmux.Config{
				Video: dhavmux.H265, Width: 1920, Height: 1080, FrameRate: 25, Audio: dhavmux.PCM16, SampleRate: 16000, Channels: 2,
				Jitter: jitter, DataEvery: 7, Extra: []byte{0xC3, 1, 2},
			})
			var stream []byte
			for n, u := range units {
				at := 61*time.Second + time.Duration(n)*40*time.Millisecond
				stream = m.AppendPicture(stream, dhavmux.Picture{Units: u, Key: isKey(u), Clock: at, Wall: noon().Add(at)})
				stream = m.AppendSound(stream, dhavmux.Sound{Data: []byte{1, 2, 3, 4}, Clock: at, Wall: noon().Add(at)})
			}
			c, stats := demux(t, pieces(m.AppendEnd(stream, 0, noon()), 2)...)
			got := c.of(0)
			if len(got) != len(units) || len(c.of(1)) != len(units) || stats.Gaps+stats.Skipped+stats.Damaged > 0 || !stats.Ended {
				t.Fatalf("%d pictures of %d, %d sounds, %+v", len(got), len(units), len(c.of(1)), stats)
			}
			for n := range got {
				if !reflect.DeepEqual(got[n].Units, units[n]) {
					t.Fatalf("picture %d is another one", n)
				}
				if away := millis(got[n]) - int64(n)*40; away > 300 || away < -100 {
					t.Errorf("picture %d is %d ms off", n, away)
				}
			}
		})
	}
}

// Runs of damaged bytes, one in twenty frames, cost the frames that are hit and no others.
func TestDamage(t *testing.T) {
	r := record(t, "dahua-h264.h264", 2)
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 2))
		hit := make([]bool, len(r.pictures))
		var stream []byte
		picture := 0
		for _, f := range r.frames {
			f = bytes.Clone(f)
			isPicture := f[4] == key || f[4] == inter
			if random.IntN(20) == 0 && picture > 0 {
				at := random.IntN(len(f))
				for i := at; i < min(at+1+random.IntN(len(f)), len(f)); i++ {
					f[i] ^= byte(1 + random.IntN(255))
				}
				if isPicture {
					hit[picture] = true
				}
			}
			if isPicture {
				picture++
			}
			stream = append(stream, f...)
		}
		c, _ := demux(t, pieces(stream, seed)...)
		expectSurvivors(t, seed, r, hit, c.of(0))
	}
}

// expectSurvivors wants every picture that was not hit, in order, and a mark where one is missing before.
func expectSurvivors(t *testing.T, seed uint64, r recording, hit []bool, got []unit) {
	t.Helper()
	missing, told := 0, false
	for n, units := range r.pictures {
		switch {
		case len(got) > 0 && reflect.DeepEqual(got[0].Units, units):
			if missing > 0 && !told && !got[0].Lost {
				t.Fatalf("seed %d: the loss before picture %d is not told", seed, n)
			}
			got, missing, told = got[1:], 0, false
		case hit[n] && len(got) > 0 && !reflect.DeepEqual(got[0].Units, next(r, hit, n)):
			// Where the tags are hit, the sum is lost and a damaged picture passes.
			told = told || got[0].Lost
			got = got[1:]
		case hit[n]:
			missing++
		default:
			t.Fatalf("seed %d: picture %d was not hit, and is lost", seed, n)
		}
	}
	if len(got) > 0 {
		t.Fatalf("seed %d: %d pictures that are none of the clip", seed, len(got))
	}
}

// next is the picture behind n that was not hit.
func next(r recording, hit []bool, n int) [][]byte {
	for n++; n < len(hit); n++ {
		if !hit[n] {
			return r.pictures[n]
		}
	}
	return nil
}

// ffmpeg's own demuxer finds the same frames.
func TestFramesOfFFmpeg(t *testing.T) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("no ffmpeg")
	}
	for name, coding := range map[string]byte{"dahua-h264.h264": 2, "dahua-h265.h265": 0x0C} {
		t.Run(name, func(t *testing.T) {
			stream := bytes.Join(record(t, name, coding).frames, nil)
			file := filepath.Join(t.TempDir(), "clip.dav")
			if err := os.WriteFile(file, stream, 0o600); err != nil {
				t.Fatal(err)
			}
			for id, kind := range []string{"v", "a"} {
				cmd := exec.CommandContext(t.Context(), program, "-v", "error", "-f", "dhav", "-i", file, "-map", "0:"+kind, "-c", "copy",
					"-f", "framemd5", "-")
				out, err := cmd.Output()
				if err != nil {
					t.Fatal(err)
				}
				c, _ := demux(t, pieces(stream, 3)...)
				if got, want := hashes(c.of(id)), hashesOf(string(out)); len(want) == 0 || !reflect.DeepEqual(got, want) {
					t.Errorf("%s: %d frames, ffmpeg has %d", kind, len(got), len(want))
				}
			}
		})
	}
}

func hashes(units []unit) []string {
	var all []string
	for _, u := range units {
		b := u.Units[0]
		if u.Track.ID == 0 {
			b = annexB(u.Units...)
		}
		sum := md5.Sum(b)
		all = append(all, hex.EncodeToString(sum[:]))
	}
	return all
}

// hashesOf reads ffmpeg's list.
func hashesOf(list string) []string {
	var all []string
	for line := range strings.Lines(list) {
		if fields := strings.Split(strings.TrimSpace(line), ","); !strings.HasPrefix(line, "#") && len(fields) > 1 {
			all = append(all, strings.TrimSpace(fields[len(fields)-1]))
		}
	}
	return all
}

// A stream that claims large frames again and again is searched through once, not once for each.
func TestManyFalseHeaders(t *testing.T) {
	header := frame{kind: key, payload: make([]byte, 4<<20)}.bytes()[:24]
	stream := bytes.Repeat(header, 12<<20/len(header))
	start := time.Now()
	c, stats := demux(t, pieces(stream, 4)...)
	if len(c.units) > 0 || stats.Skipped != uint64(len(stream)) {
		t.Errorf("%d units, %+v", len(c.units), stats)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
	if got := binary.LittleEndian.Uint32(header[12:]); got > media.MaxUnitSize {
		t.Fatal("the frame is beyond the ceiling")
	}
}
