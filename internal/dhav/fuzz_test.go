package dhav_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"mediapusher/internal/dhav"
)

// outcome is all that a demuxer says of a stream.
type outcome struct {
	units []unit
	stats dhav.Stats
	ended bool // by an error
}

// feed writes pieces of n bytes, and of other lengths where cuts says so.
func feed(t *testing.T, stream []byte, n int, cuts []byte) outcome {
	t.Helper()
	c := &collector{}
	d := dhav.New(c.emit)
	var err error
	for len(stream) > 0 && err == nil {
		size := n
		if len(cuts) > 0 {
			size, cuts = int(cuts[0])+1, cuts[1:]
		}
		size = min(size, len(stream))
		err = d.Write(stream[:size])
		stream = stream[size:]
	}
	if err == nil {
		err = d.Flush()
	}
	if err != nil && !errors.Is(err, dhav.ErrCodec) {
		t.Fatal(err)
	}
	stats := d.Stats()
	if err != nil {
		stats.Bytes = 0 // depends on where the last piece ended
	}
	return outcome{c.units, stats, err != nil}
}

// However a stream is cut, the units and counters are the same; no unit is empty, and a track's PTS rises.
func FuzzDemuxer(f *testing.F) {
	add := func(frames ...frame) {
		var stream []byte
		for _, f := range frames {
			stream = append(stream, f.bytes()...)
		}
		f.Add(stream, []byte{1, 7, 200, 0, 3})
		f.Add(append(append([]byte("DAHUA...DHAVDHA"), stream[:len(stream)-5]...), stream...), []byte{})
	}
	add(picture(0), alaw(0), picture(1), alaw(1), picture(2), picture(4))
	summed := picture(0)
	summed.tags = append(summed.tags, sumTag(summed.payload)...)
	add(summed, frame{kind: data, payload: []byte("{}")}, frame{kind: end})
	f.Add(tagged("rwwwd0-", "wr0dwww"), []byte{9, 80})
	hevc := picture(0)
	hevc.payload, hevc.tags = annexB(h265Key()...), join([]byte{0x82, 0, 0, 0, 0x20, 0x0A, 0xF0, 5}, videoTag(2, 25))
	add(hevc, picture(1))
	aac := alaw(1)
	aac.tags, aac.payload = audioTag(1, 0x1A, 4), join(adts([]byte{1, 2}), adts([]byte{3}))
	add(picture(0), aac, aac)
	raw := aac
	raw.tags, raw.payload = []byte{0x8C, 0, 2, 0x1A, 5, 0, 0, 0}, []byte{1, 2, 3}
	pcm := raw
	pcm.tags = audioTag(2, 0x10, 9)
	add(raw, pcm, aac)
	jpeg := picture(0)
	jpeg.kind = 0xFB
	add(picture(0), jpeg, picture(1))
	later := picture(10)
	later.date, later.counter = noon().AddDate(1, 0, 0), 5
	earlier := picture(20)
	earlier.date = noon().AddDate(-3, 0, 0)
	add(picture(0), later, alaw(11), earlier, alaw(1))

	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		if len(stream) > 1<<16 {
			return
		}
		// Mutations seldom keep the sums of a frame, so they are put right: the demuxer shall see what is behind them.
		repaired := repair(bytes.Clone(stream))
		for _, b := range [][]byte{stream, repaired} {
			whole := feed(t, b, max(len(b), 1), nil)
			for _, other := range []outcome{feed(t, b, 1, nil), feed(t, b, len(b), cuts)} {
				if !reflect.DeepEqual(whole, other) {
					t.Fatalf("whole %+v\ncut   %+v", whole, other)
				}
			}
			var last [2]*unit
			for i := range whole.units {
				u := &whole.units[i]
				if len(u.Units) == 0 || len(u.Units[0]) == 0 {
					t.Fatal("an empty unit")
				}
				if before := last[u.Track.ID]; before != nil && u.PTS <= before.PTS {
					t.Fatalf("PTS %d behind %d", u.PTS, before.PTS)
				}
				last[u.Track.ID] = u
			}
		}
	})
}

// repair puts the header's sum and the trailer of every frame right that lies in b by its length.
func repair(b []byte) []byte {
	for at := 0; at+32 <= len(b); at++ {
		if string(b[at:at+4]) != "DHAV" {
			continue
		}
		var sum byte
		for _, c := range b[at : at+23] {
			sum += c
		}
		b[at+23] = sum
		length := int(b[at+12]) | int(b[at+13])<<8
		if b[at+14] == 0 && b[at+15] == 0 && length >= 32 && at+length <= len(b) {
			copy(b[at+length-8:], "dhav")
			copy(b[at+length-4:], b[at+12:at+16])
		}
	}
	return b
}
