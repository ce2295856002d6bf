package clips_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"mediapusher/internal/nvrsim/clips"
)

// payloads returns the RTP payloads of a frame and whether the last packet, and only that, has the marker.
func payloads(t *testing.T, f clips.Frame) (list [][]byte, marked bool) {
	t.Helper()
	at := 0
	for i, p := range f.Packets {
		wire := f.Wire[p.Start:p.End]
		if p.Start != at || wire[0] != '$' || int(binary.BigEndian.Uint16(wire[2:])) != len(wire)-4 || len(wire) > 16+1400 {
			t.Fatalf("packet %d of %d: %d bytes: % x", i, len(f.Packets), len(wire), wire[:16])
		}
		at = p.End
		list = append(list, wire[16:])
		if marker := wire[5]&0x80 != 0; marker != (i == len(f.Packets)-1) {
			return list, false
		}
	}
	if at != len(f.Wire) {
		t.Fatalf("%d bytes in packets, %d in all", at, len(f.Wire))
	}
	return list, true
}

// units puts the NAL units of a picture together again, written from the RFCs alone.
func units(codec clips.Codec, list [][]byte) [][]byte {
	var nals [][]byte
	for _, p := range list {
		switch {
		case codec == clips.H264 && p[0]&0x1F == 28:
			if p[1]&0x80 != 0 {
				nals = append(nals, []byte{p[0]&0xE0 | p[1]&0x1F})
			}
			nals[len(nals)-1] = append(nals[len(nals)-1], p[2:]...)
		case codec == clips.H265 && p[0]>>1&0x3F == 49:
			if p[2]&0x80 != 0 {
				nals = append(nals, []byte{p[0]&0x81 | p[2]&0x3F<<1, p[1]})
			}
			nals[len(nals)-1] = append(nals[len(nals)-1], p[3:]...)
		default:
			nals = append(nals, bytes.Clone(p))
		}
	}
	return nals
}

func TestEmbedded(t *testing.T) {
	library := clips.NewLibrary(nil)
	names, err := fs.Glob(clips.Embedded(), "*.json")
	if err != nil || len(names) < 19 {
		t.Fatalf("%d clips, %v", len(names), err)
	}
	for _, name := range names {
		name = strings.TrimSuffix(name, ".json")
		t.Run(name, func(t *testing.T) {
			clip, err := library.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			if clip.Video.Length() != 60*90000 {
				t.Errorf("%d ticks of pictures", clip.Video.Length())
			}
			if gop := clip.Video.GOP(); int64(gop)*clip.Video.Ticks != 2*90000 {
				t.Errorf("a key frame each %d pictures", gop)
			}
			var stream []byte
			for _, f := range clip.Video.Frames {
				list, marked := payloads(t, f)
				if !marked {
					t.Fatal("the marker must be at the end, and only there")
				}
				for _, nal := range units(clip.Video.Codec, list) {
					stream = append(append(stream, 0, 0, 1), nal...)
				}
			}
			if source := original(t, name); !bytes.Equal(stream, source) {
				t.Errorf("%d bytes from packets, %d in the file", len(stream), len(source))
			}
			if clip.Audio == nil {
				return
			}
			if n := clip.Audio.Length() % (60 * clip.Audio.ClockRate); n != 0 {
				t.Errorf("the sound is %d samples longer than whole loops", n)
			}
			if aac := clip.Audio.Codec == clips.AAC; aac != bytes.Equal(clip.Audio.Config, []byte{0x14, 0x08}) {
				t.Errorf("AudioSpecificConfig % x", clip.Audio.Config)
			}
		})
	}
}

// original is the picture file of a clip with all start codes in their short form.
func original(t *testing.T, name string) []byte {
	t.Helper()
	base := name
	for _, sound := range []string{"-aac", "-pcma", "-pcmu"} {
		base = strings.TrimSuffix(base, sound)
	}
	ext := ".h264"
	if strings.HasSuffix(base, "h265") {
		ext = ".h265"
	}
	stream, err := fs.ReadFile(clips.Embedded(), base+ext)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(stream, []byte{0, 0, 0, 1}, []byte{0, 0, 1})
}

// Nothing in the repository is large.
func TestSizes(t *testing.T) {
	var total int64
	err := fs.WalkDir(clips.Embedded(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Size() > 900<<10 {
			t.Errorf("%s: %d bytes", path, info.Size())
		}
		total += info.Size()
		return nil
	})
	if err != nil || total > 5<<20 {
		t.Errorf("%d bytes in all, %v", total, err)
	}
}

func TestUnfitClips(t *testing.T) {
	const (
		video = `{"video": {"codec": "H264", "file": "v", "clock_rate": 90000, "ticks": 3600}`
		good  = "\x00\x00\x01\x09\x10\x00\x00\x01\x67\x4D\x40\x1F\x00\x00\x01\x68\xE8\x00\x00\x01\x65\x88\x80"
	)
	for name, files := range map[string][3]string{
		"no such clip":      {},
		"not JSON":          {"{"},
		"unknown coding":    {`{"video": {"codec": "VP8", "file": "v", "clock_rate": 90000, "ticks": 3600}}`, good},
		"no ticks":          {`{"video": {"codec": "H264", "file": "v", "clock_rate": 90000}}`, good},
		"no pictures":       {video + "}"},
		"empty":             {video + "}", "\x00"},
		"no delimiter":      {video + "}", good[5:]},
		"no parameter sets": {video + "}", "\x00\x00\x01\x09\x10\x00\x00\x01\x65\x88"},
		"order":             {strings.Replace(video, "3600", `3600, "order": [1]`, 1) + "}", good},
		"no sound":          {video + `, "audio": {"codec": "AAC", "file": "a", "clock_rate": 16000, "ticks": 1024}}`, good},
		"not ADTS":          {video + `, "audio": {"codec": "AAC", "file": "a", "clock_rate": 16000, "ticks": 1024}}`, good, "sound"},
		"too short":         {video + `, "audio": {"codec": "PCMA", "file": "a", "clock_rate": 8000, "ticks": 320}}`, good, "sound"},
		"unknown sound":     {video + `, "audio": {"codec": "MP3", "file": "a", "clock_rate": 8000, "ticks": 320}}`, good, "sound"},
	} {
		t.Run(name, func(t *testing.T) {
			clip, err := clips.NewLibrary(directory(files)).Load("c")
			if err == nil {
				t.Errorf("taken: %+v", clip)
			}
		})
	}
	if _, err := clips.NewLibrary(directory([3]string{video + "}", good})).Load("c"); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

// directory holds an index, pictures and sound; what is empty is not there.
func directory(files [3]string) fs.FS {
	dir := fstest.MapFS{}
	for i, name := range []string{"c.json", "v", "a"} {
		if files[i] != "" {
			dir[name] = &fstest.MapFile{Data: []byte(files[i])}
		}
	}
	return dir
}
