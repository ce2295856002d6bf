package psmux_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/nvrsim/psmux"
)

func bytesOf(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDescriptors compares with descriptors that devices sent. Bytes that mean nothing differ between devices; XX stands for them.
func TestDescriptors(t *testing.T) {
	for _, c := range []struct {
		name, want string
		got        []byte
	}{
		{"clock of 2014", "40 0E 48 4B 00 XX 0E 30 C2 0D A0 XX XX FF FF FF", psmux.AppendBasic(nil, time.Date(2014, 3, 1, 16, 32, 54, 0, time.UTC))},
		{"clock of 2023", "40 0E 48 4B 00 00 17 9D 3E B4 60 00 00 FF FF FF", psmux.AppendBasic(nil, time.Date(2023, 9, 26, 15, 43, 17, 0, time.UTC))},
		{"352x288 at 12", "42 0E 00 00 A0 21 01 60 01 20 12 1F FF 00 3A 99", psmux.AppendVideo(nil, 352, 288, 7500)},
		{"1280x720 at 25", "42 0E 00 00 A0 21 05 00 02 D0 12 XX XX 00 1C 21", psmux.AppendVideo(nil, 1280, 720, 3600)},
		{"mu-law", "43 0A 00 00 FE 00 7D 03 03 E8 03 FF", psmux.AppendAudio(nil, 1, 8000, 64000)},
		{"AAC", "43 0A 00 00 FE 00 FA 03 01 F4 03 FF", psmux.AppendAudio(nil, 1, 16000, 32000)},
		{"stereo", "43 0A 00 00 FF 02 EE 03 01 F4 03 FF", psmux.AppendAudio(nil, 2, 48000, 32000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.ToUpper(hex.EncodeToString(c.got))
			want := strings.ReplaceAll(c.want, " ", "")
			if len(got) != len(want) {
				t.Fatalf("%s, want %s", got, want)
			}
			for i := range want {
				if want[i] != 'X' && want[i] != got[i] {
					t.Fatalf("%s, want %s", got, want)
				}
			}
		})
	}
}

func TestClocks(t *testing.T) {
	m := psmux.New(psmux.Config{Video: psmux.H264})
	b := m.AppendPicture(nil, psmux.Picture{Units: [][]byte{{0x41, 1}}, PTS: 778474530})
	if want := bytesOf(t, "00 00 01 BA 46 E6 6C A1 14 01 00 00 03 FE FF FF 00 00 00 01"); !bytes.HasPrefix(b, want) {
		t.Errorf("pack header % X, want % X", b[:20], want)
	}
	if want := bytesOf(t, "00 00 01 E0 00 13 8C 80 0A 21 B9 9B 28 45 FF FF FF FF"); !bytes.HasPrefix(b[20:], want) {
		t.Errorf("PES header % X, want % X", b[20:], want)
	}
	// 33 bits only.
	low := psmux.New(psmux.Config{}).AppendPicture(nil, psmux.Picture{Units: [][]byte{{0x41, 1}}, PTS: 1490})
	high := psmux.New(psmux.Config{}).AppendPicture(nil, psmux.Picture{Units: [][]byte{{0x41, 1}}, PTS: 1<<33 + 1490})
	if !bytes.Equal(low, high) {
		t.Errorf("a PTS beyond 33 bits gives % X, want % X", high, low)
	}
}

func TestHead(t *testing.T) {
	m := psmux.New(psmux.Config{Video: psmux.H265, Audio: psmux.ALaw, SampleRate: 8000, BitRate: 64000})
	want := bytesOf(t, "494D4B48 0101 0000 0200 0500 1171 01 10 401F0000 00FA0000 00 00 0000000000000000000000000000")
	if got := m.AppendHead(nil); !bytes.Equal(got, want) || len(got) != psmux.HeadSize {
		t.Errorf("% X, want % X", got, want)
	}
}

func TestMap(t *testing.T) {
	m := psmux.New(psmux.Config{Video: psmux.H264, Width: 352, Height: 288, Interval: 7500, Audio: psmux.MuLaw, SampleRate: 8000, BitRate: 64000})
	b := m.AppendMap(nil, time.Date(2014, 3, 1, 16, 32, 54, 0, time.UTC))
	// The length that the devices' maps have.
	if want := bytesOf(t, "00 00 01 BC 00 5A E0 FF 00 24 40 0E 48 4B"); !bytes.HasPrefix(b, want) || len(b) != 6+0x5A {
		t.Errorf("% X (%d bytes), want % X", b, len(b), want)
	}
	if want := bytesOf(t, "90 C0"); bytes.Contains(b, want) {
		t.Errorf("A-law in % X", b)
	}
	if want := bytesOf(t, "91 C0 00 0C 43 0A"); !bytes.Contains(b, want) {
		t.Errorf("no mu-law in % X", b)
	}
}

// packet is a PES packet, or any other piece between start codes.
type packet struct {
	id      byte
	flags   byte
	payload []byte
}

// packets walks by lengths, which must lead from start code to start code.
func packets(t *testing.T, b []byte) []packet {
	t.Helper()
	var found []packet
	for len(b) > 0 {
		if len(b) < 6 || b[0] != 0 || b[1] != 0 || b[2] != 1 {
			t.Fatalf("no start code: % X", b[:min(len(b), 16)])
		}
		p := packet{id: b[3]}
		if p.id == 0xBA {
			b = b[14+int(b[13]&7):]
			found = append(found, p)
			continue
		}
		n := 6 + int(binary.BigEndian.Uint16(b[4:]))
		if n > len(b) {
			t.Fatalf("packet %X of %d bytes, %d are there", p.id, n, len(b))
		}
		p.payload = b[6:n]
		if p.id == 0xE0 || p.id == 0xC0 || p.id == 0xBD {
			p.flags, p.payload = b[7], b[9+int(b[8]):n]
		}
		found = append(found, p)
		b = b[n:]
	}
	return found
}

func TestKeyFrame(t *testing.T) {
	units := [][]byte{{0x67, 1, 2}, {0x68, 3}, {0x06, 4}, bytes.Repeat([]byte{0x65}, 12000)}
	m := psmux.New(psmux.Config{Video: psmux.H264, Audio: psmux.ALaw, PrivateEvery: 1})
	b := m.AppendPicture(nil, psmux.Picture{Units: units, Key: true, PTS: 90000})
	b = m.AppendSound(b, psmux.Sound{Data: []byte{0xD5, 0xD5}, PTS: 90000})
	var ids []byte
	var picture []byte
	stamped := 0
	for _, p := range packets(t, b) {
		ids = append(ids, p.id)
		if p.id != 0xE0 {
			continue
		}
		if len(p.payload) > psmux.DefaultMaxPES {
			t.Errorf("a packet with %d bytes of picture", len(p.payload))
		}
		if p.flags&0x80 != 0 {
			stamped++
		}
		picture = append(picture, p.payload...)
	}
	if want := bytesOf(t, "BA BC E0 E0 E0 E0 E0 E0 BD BF C0"); !bytes.Equal(ids, want) {
		t.Errorf("packets % X, want % X", ids, want)
	}
	if stamped != 1 {
		t.Errorf("%d packets with a PTS, want 1", stamped)
	}
	var want []byte
	for _, unit := range units {
		want = append(append(want, 0, 0, 0, 1), unit...)
	}
	if !bytes.Equal(picture, want) {
		t.Errorf("%d bytes of picture, want %d", len(picture), len(want))
	}
}

func TestOptions(t *testing.T) {
	unit := bytes.Repeat([]byte{0x41}, 200_000)
	for _, c := range []struct {
		name   string
		cfg    psmux.Config
		length []byte // of the first packet of the picture
	}{
		{"large", psmux.Config{MaxPES: 65000}, []byte{0xFD, 0xF5}},
		{"open length", psmux.Config{OpenLength: true}, []byte{0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := psmux.New(c.cfg).AppendPicture(nil, psmux.Picture{Units: [][]byte{unit}, PTS: 1})
			if got := b[24:26]; !bytes.Equal(got, c.length) {
				t.Errorf("length % X, want % X", got, c.length)
			}
		})
	}
	t.Run("clock of the samples", func(t *testing.T) {
		b := psmux.New(psmux.Config{AudioClock: 8000}).AppendSound(nil, psmux.Sound{Data: []byte{1}, PTS: 3600})
		if want := []byte{0x21, 0, 1, 2, 0x81}; !bytes.Equal(b[9:14], want) { // 320
			t.Errorf("PTS % X, want % X", b[9:14], want)
		}
	})
	t.Run("DTS", func(t *testing.T) {
		b := psmux.New(psmux.Config{WriteDTS: true}).AppendPicture(nil, psmux.Picture{Units: [][]byte{{0x41, 1}}, PTS: 320, DTS: 160})
		if want := bytesOf(t, "C0 0F 31 00 01 02 81 11 00 01 01 41"); !bytes.Equal(b[27:39], want) {
			t.Errorf("% X, want % X", b[27:39], want)
		}
	})
}
