package wire_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// FuzzReader: what is read from any bytes gives the same bytes again, and never a frame over the ceiling.
func FuzzReader(f *testing.F) {
	seed, _ := wire.AppendMedia(nil, 5, sdk.Packet{Kind: sdk.Data, Lost: true, Code: -3, Data: []byte("data")}, 100)
	f.Add(seed)
	f.Add([]byte{0, 0, 0, 0, 8, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 0, 0, 0, '{', '}'})
	f.Add([]byte{255, 255, 255, 255, 3, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		in := wire.NewReader(bytes.NewReader(data))
		var again []byte
		for {
			frame, err := in.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, wire.ErrFrame) {
					t.Fatalf("error %v", err)
				}
				if errors.Is(err, io.EOF) && len(again) != len(data) {
					t.Fatalf("the end after %d of %d bytes", len(again), len(data))
				}
				break
			}
			if again, err = wire.Append(again, frame); err != nil {
				t.Fatalf("what was read cannot be sent: %v", err)
			}
			read(t, frame)
		}
		if !bytes.HasPrefix(data, again) {
			t.Fatal("other bytes than were read")
		}
	})
}

// read reads the payload as what it should be.
func read(t *testing.T, frame wire.Frame) {
	t.Helper()
	switch frame.Type {
	case wire.TypeMedia:
		packet, err := wire.ParseMedia(frame.Payload)
		if err != nil {
			return
		}
		out, rest := wire.AppendMedia(nil, frame.ID, packet, wire.MaxMediaFrame)
		if again, err := wire.NewReader(bytes.NewReader(out)).Next(); err != nil || rest != nil || !bytes.Equal(again.Payload, frame.Payload) {
			t.Fatalf("media does not come back: %v", err)
		}
	case wire.TypeAnswer:
		var answer wire.Answer
		if err := wire.Decode(frame, &answer); err == nil && answer.Failure != nil && answer.Failure.Err() == nil {
			t.Fatal("a failure that is none")
		}
	case wire.TypeRequest:
		var request wire.Request
		if err := wire.Decode(frame, &request); err != nil && !errors.Is(err, wire.ErrFrame) {
			t.Fatal(err)
		}
	default:
	}
}

// FuzzMedia: a packet of any size comes back whole, in frames below the ceiling, with its mark on the first one only.
func FuzzMedia(f *testing.F) {
	f.Add(uint32(1), []byte("abc"), 100, true, int32(-1))
	f.Add(uint32(2), bytes.Repeat([]byte("x"), 200_000), 1, false, int32(7))
	f.Add(uint32(3), []byte{}, 1<<30, true, int32(0))
	f.Fuzz(func(t *testing.T, id uint32, data []byte, times int, lost bool, code int32) {
		data = bytes.Repeat(data, min(max(times, 1), 1+100_000/(len(data)+1)))
		var queue wire.Queue
		queue.Put(id, sdk.Packet{Kind: sdk.Data, Data: data, Lost: lost, Code: int(code)})
		var sent []byte
		for chunk := queue.Pop(); chunk != nil; chunk = queue.Pop() {
			sent = append(sent, chunk.Bytes()...)
			chunk.Free()
		}
		in := wire.NewReader(bytes.NewReader(sent))
		var got []byte
		for first := true; ; first = false {
			frame, err := in.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			packet, err := wire.ParseMedia(frame.Payload)
			if err != nil || frame.ID != id || packet.Lost != (lost && first) || packet.Code != int(code) {
				t.Fatalf("%+v, %v", packet, err)
			}
			got = append(got, packet.Data...)
		}
		if !bytes.Equal(got, data) {
			t.Fatalf("%d bytes of %d", len(got), len(data))
		}
	})
}
