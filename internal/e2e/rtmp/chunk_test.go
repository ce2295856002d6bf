package rtmp

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzMessages: what is written comes back, whatever the chunk size; and whatever stands behind it ends the reading, not the program.
func FuzzMessages(f *testing.F) {
	f.Add([]byte("body"), uint16(128), []byte{0xC4, 1, 2, 3})
	f.Add(bytes.Repeat([]byte{7}, 1000), uint16(1), []byte{0x04, 0xFF, 0xFF, 0xFF, 0, 0, 1, 8, 0, 0, 0, 0, 1, 2, 3, 4, 9})
	f.Fuzz(func(t *testing.T, body []byte, chunk uint16, behind []byte) {
		if len(body) == 0 || chunk == 0 {
			return
		}
		var wire bytes.Buffer
		sent := []Message{
			{Type: TypeSetChunkSize, Body: []byte{0, 0, byte(chunk >> 8), byte(chunk)}},
			{Type: TypeVideo, Timestamp: 40, Stream: 1, Body: body},
		}
		size := 128
		for i, m := range sent {
			if err := writeMessage(&wire, byte(2+i), m, size); err != nil {
				t.Fatal(err)
			}
			size = int(chunk)
		}
		wire.Write(behind)
		r := newChunkReader(&wire)
		for _, want := range sent {
			got, err := r.next()
			if err != nil || got.Type != want.Type || got.Timestamp != want.Timestamp || !bytes.Equal(got.Body, want.Body) {
				t.Fatalf("%+v, %v, want %+v", got, err, want)
			}
		}
		for range len(behind) + 1 {
			if _, err := r.next(); err != nil {
				return
			}
		}
		t.Error("more messages than bytes")
	})
}

func TestAMF(t *testing.T) {
	in := []any{"connect", 1.0, nil, true, Object{{"app", "live"}, {"data", Object{{"srs_version", "5.0.216"}}}}}
	out, err := Values(appendAMF(nil, in...))
	if err != nil || len(out) != len(in) || !slices.Equal(out[:4], in[:4]) {
		t.Fatalf("%v, %v", out, err)
	}
	object, ok := out[4].(Object)
	if !ok || object.Get("app") != "live" {
		t.Errorf("object %v", out[4])
	}
}

// FuzzValues: no value from outside is read beyond its bytes.
func FuzzValues(f *testing.F) {
	f.Add(appendAMF(nil, "onStatus", 0.0, nil, Object{{"code", "NetStream.Play.Start"}}))
	f.Add([]byte{10, 0xFF, 0xFF, 0xFF, 0xFF, 5})
	f.Fuzz(func(t *testing.T, b []byte) {
		values, _ := Values(b)
		if len(values) > len(b) {
			t.Errorf("%d values in %d bytes", len(values), len(b))
		}
	})
}
