package supervisor_test

import (
	"os"
	"testing"
	"time"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/supervisor"
)

// BenchmarkStream takes packets of 16 kB from a worker; allocations are those of this side.
func BenchmarkStream(b *testing.B) {
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	s := supervisor.New(supervisor.Config{Command: []string{program}, Environment: []string{fakeVariable + "=plain"}})
	device, _, err := s.Open(b.Context(), "recorder", account())
	if err != nil {
		b.Fatal(err)
	}
	defer device.Close()
	var span sdk.Span
	span.End = span.Start.Add(1 << 20 * time.Second)
	stream, err := device.Playback(b.Context(), sdk.PlaybackRequest{Span: span})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(16_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stream.Next(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
