package dhav_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// otherTag is a tag 88 with a sum of other bytes.
func otherTag(payload []byte) []byte { return sumTag(append([]byte{1}, payload...)) }

// zeroTag is one that was left empty.
func zeroTag([]byte) []byte { return []byte{0x88, 0, 0, 0, 0, 0, 0, 0} }

// tagged makes pictures and sounds in turn, each group as its word says, one letter a frame: "r" the sum is right, "w" it is that of
// something else, "0" it is zero, "-" there is none, "d" it is right and the payload is damaged.
func tagged(pictures, sounds string) []byte {
	var stream []byte
	add := func(f frame, how byte) {
		f.payload = bytes.Clone(f.payload)
		switch how {
		case 'r', 'd':
			f.tags = append(f.tags, sumTag(f.payload)...)
		case 'w':
			f.tags = append(f.tags, otherTag(f.payload)...)
		case '0':
			f.tags = append(f.tags, zeroTag(f.payload)...)
		}
		if how == 'd' {
			f.payload[len(f.payload)-1] ^= 0x10
		}
		stream = append(stream, f.bytes()...)
	}
	for n := range max(len(pictures), len(sounds)) {
		if n < len(pictures) {
			add(picture(n), pictures[n])
		}
		if n < len(sounds) {
			add(alaw(n), sounds[n])
		}
	}
	return stream
}

// outline tells which frames of a group came out, by their times: "x" came, "L" came and is Lost, "." did not.
func outline(units []unit, frames int) string {
	line := bytes.Repeat([]byte{'.'}, frames)
	for _, u := range units {
		n := int((u.PTS + 20*90) / (40 * 90))
		if line[n] = 'x'; u.Lost {
			line[n] = 'L'
		}
	}
	return string(line)
}

func TestSumsOfPayloads(t *testing.T) {
	many := strings.Repeat
	for name, test := range map[string]struct {
		pictures, sounds         string
		wantPictures, wantSounds string
		damaged                  uint64
		noted                    bool
	}{
		"right":                      {"rrrrrr", "rrrrrr", "xxxxxx", "xxxxxx", 0, false},
		"none":                       {"------", "------", "xxxxxx", "xxxxxx", 0, false},
		"zero":                       {many("0", 30), many("0", 30), many("x", 30), many("x", 30), 0, false},
		"zero in pictures":           {many("0", 30), many("r", 30), many("x", 30), many("x", 30), 0, false},
		"zero in sound":              {many("r", 30), many("0", 30), many("x", 30), many("x", 30), 0, false},
		"zero behind right ones":     {"rrrr0000r0", "rrrr0000r0", many("x", 10), many("x", 10), 0, false},
		"always wrong":               {many("w", 30), many("w", 30), many("x", 30), many("x", 30), 0, true},
		"wrong in pictures":          {many("w", 30), "", many("x", 30), "", 0, true},
		"wrong in sound":             {many("r", 30), many("w", 30), many("x", 30), "..L" + many("x", 27), 2, true},
		"wrong in pictures, not all": {"r" + many("w", 29), "", "x..L" + many("x", 26), "", 2, true},
		"right by chance":            {"wwwwrwwwww", "", many("x", 10), "", 0, true},
		"one damaged":                {"rrrdrrrrrr", "", "xxx.Lxxxxx", "", 1, false},
		"one damaged sound":          {"rrrrrrrrrr", "rrrdrrrrrr", many("x", 10), "xxx.Lxxxxx", 1, false},
		"one damaged, sound alone":   {"----------", "rrrdrrrrrr", many("x", 10), "xxx.Lxxxxx", 1, false},
		"the first damaged":          {"drrrrrdrrr", "", "xxxxxx.Lxx", "", 1, false},
		"damaged now and then":       {"rdrdrddrdr", "", "x.L.L..L.L", "", 5, false},
		"wrong in key frames":        {many("wrrrrrrrrr", 4), "", "xxxxxxxxxx" + ".Lxxxxxxxx" + many("x", 20), "", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			c, stats := demux(t, tagged(test.pictures, test.sounds))
			if got := outline(c.of(0), len(test.pictures)); got != test.wantPictures {
				t.Errorf("pictures %s, want %s", got, test.wantPictures)
			}
			if got := outline(c.of(1), len(test.sounds)); got != test.wantSounds {
				t.Errorf("sounds %s, want %s", got, test.wantSounds)
			}
			noted := slices.ContainsFunc(stats.Notes, func(note string) bool { return strings.Contains(note, "sums") })
			if stats.Damaged != test.damaged || noted != test.noted || stats.Skipped > 0 {
				t.Errorf("%+v", stats)
			}
		})
	}
}
