package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

func TestFramesComeBackFromAnyCut(t *testing.T) {
	frames := []wire.Frame{
		{Type: wire.TypePing, ID: 7, Payload: []byte{}},
		{Type: wire.TypeAnswer, ID: 1<<32 - 1, Payload: bytes.Repeat([]byte("x"), wire.MaxFrame-9)},
		{Type: wire.TypeMedia, ID: 3, Payload: bytes.Repeat([]byte{1}, wire.MaxMediaFrame-9)},
		{Type: wire.TypeRequest, ID: 2, Payload: []byte(`{}`)},
	}
	var sent []byte
	for _, frame := range frames {
		var err error
		if sent, err = wire.Append(sent, frame); err != nil {
			t.Fatal(err)
		}
	}
	for name, reader := range map[string]io.Reader{
		"whole": bytes.NewReader(sent), "halves": iotest.HalfReader(bytes.NewReader(sent)),
		"with end": iotest.DataErrReader(bytes.NewReader(sent)),
	} {
		in := wire.NewReader(reader)
		for i, want := range frames {
			got, err := in.Next()
			if err != nil || got.Type != want.Type || got.ID != want.ID || !bytes.Equal(got.Payload, want.Payload) {
				t.Fatalf("%s: frame %d: %d of %d bytes, %v", name, i, got.Type, len(got.Payload), err)
			}
		}
		if _, err := in.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the end is %v", name, err)
		}
	}
}

func TestFramesOverTheCeilingAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		frame wire.Frame
	}{
		{"message", wire.Frame{Type: wire.TypeRequest, Payload: make([]byte, wire.MaxFrame-8)}},
		{"media", wire.Frame{Type: wire.TypeMedia, Payload: make([]byte, wire.MaxMediaFrame-8)}},
		{"ping", wire.Frame{Type: wire.TypePing, Payload: make([]byte, 5)}},
		{"no type", wire.Frame{}},
		{"unknown type", wire.Frame{Type: wire.TypePong + 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if out, err := wire.Append(nil, tt.frame); !errors.Is(err, wire.ErrFrame) || len(out) != 0 {
				t.Errorf("appended: %v", err)
			}
			n := len(tt.frame.Payload)
			head := []byte{byte(n), byte(n >> 8), byte(n >> 16), 0, byte(tt.frame.Type), 0, 0, 0, 0}
			if _, err := wire.NewReader(bytes.NewReader(head)).Next(); !errors.Is(err, wire.ErrFrame) {
				t.Errorf("read: %v", err)
			}
		})
	}
}

func TestACutFrameIsAnUnexpectedEnd(t *testing.T) {
	whole, err := wire.Append(nil, wire.Frame{Type: wire.TypeAnswer, ID: 1, Payload: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(whole); n++ {
		if _, err := wire.NewReader(bytes.NewReader(whole[:n])).Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func TestErrorsCrossWhole(t *testing.T) {
	login := &sdk.Error{Call: "NET_DVR_Login_V40", Code: 1, TriesLeft: 3, LockedFor: 30 * time.Minute}
	missing := &sdk.LoadError{File: "libhcnetsdk.so", Reason: "no such file"}
	for name, err := range map[string]error{
		"sdk": login, "wrapped sdk": fmt.Errorf("try: %w", login), "load": missing, "not built": fmt.Errorf("%w: make build-sdk", sdk.ErrNotBuilt),
		"bare not built": sdk.ErrNotBuilt, "other": errors.New("strange"),
	} {
		t.Run(name, func(t *testing.T) {
			frame, encodeErr := wire.Encode(wire.TypeAnswer, 1, wire.Answer{Failure: wire.NewFailure(err)})
			if encodeErr != nil {
				t.Fatal(encodeErr)
			}
			var answer wire.Answer
			if err := wire.Decode(frame, &answer); err != nil {
				t.Fatal(err)
			}
			got := answer.Failure.Err()
			if got.Error() != err.Error() {
				t.Errorf("text %q", got)
			}
			if errors.Is(err, sdk.ErrNotBuilt) != errors.Is(got, sdk.ErrNotBuilt) {
				t.Error("not built is lost")
			}
			var wantSDK, gotSDK *sdk.Error
			if errors.As(err, &wantSDK) != errors.As(got, &gotSDK) || (wantSDK != nil && *wantSDK != *gotSDK) {
				t.Errorf("sdk error %+v, want %+v", gotSDK, wantSDK)
			}
			var wantLoad, gotLoad *sdk.LoadError
			if errors.As(err, &wantLoad) != errors.As(got, &gotLoad) || (wantLoad != nil && *wantLoad != *gotLoad) {
				t.Errorf("load error %+v, want %+v", gotLoad, wantLoad)
			}
		})
	}
	if wire.NewFailure(nil).Err() != nil {
		t.Error("no error has become one")
	}
}

func TestRequestsPrintNoPassword(t *testing.T) {
	request := wire.Request{Op: wire.LogIn, Account: &sdk.Account{Host: "host", User: "user", Password: "geheim"}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, value := range []any{request, &request} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "geheim") {
				t.Errorf("%s: %s", verb, text)
			}
		}
	}
	frame := wire.Frame{Type: wire.TypeRequest, Payload: []byte(`{"account":"geheim"}`)}
	if err := wire.Decode(frame, &request); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("decoding: %v", err)
	}
}

func TestTheQueueCutsAndKeepsOrder(t *testing.T) {
	var queue wire.Queue
	var want []byte
	for i, n := range []int{40, 0, 70_000, 1, wire.MaxMediaFrame - wire.MediaOverhead, 200_000, 5000, 60_000} {
		data := bytes.Repeat([]byte{byte(i + 1)}, n)
		want = append(want, data...)
		queue.Put(9, sdk.Packet{Kind: sdk.Data, Lost: i == 5, Data: data})
	}
	size, lost := queue.Size(), 0
	var got []byte
	for chunk := queue.Pop(); chunk != nil; chunk = queue.Pop() {
		in := wire.NewReader(bytes.NewReader(slices.Clone(chunk.Bytes())))
		size -= len(chunk.Bytes())
		for packet, n := chunk.Next(); n > 0; packet, n = chunk.Next() {
			frame, err := in.Next()
			if err != nil || frame.ID != 9 || len(frame.Payload)+9 != n {
				t.Fatalf("a chunk is not whole frames: %v", err)
			}
			if packet.Lost {
				lost++
			}
			got = append(got, packet.Data...)
		}
		chunk.Free()
	}
	if !bytes.Equal(got, want) || size != 0 || queue.Size() != 0 || lost != 1 {
		t.Errorf("%d bytes of %d, %d left over, %d lost marks", len(got), len(want), size, lost)
	}
}

func TestTheQueueAllocatesNothing(t *testing.T) {
	var queue wire.Queue
	packet := sdk.Packet{Kind: sdk.Data, Data: make([]byte, 5000)}
	if n := testing.AllocsPerRun(1000, func() {
		queue.Put(1, packet)
		queue.Pop().Free()
	}); n > 0.5 { // the collector may empty the pool
		t.Errorf("%v allocations for a packet", n)
	}
}
