package mediaserver_test

import (
	"fmt"
	"io"
	"testing"

	"mediapusher/internal/mediaserver"
)

// What a frame of 20 kB costs the publisher: one copy, whoever watches.
func BenchmarkWriteMessage(b *testing.B) {
	for _, players := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("%d players", players), func(b *testing.B) {
			s := start(b, mediaserver.Config{MaxPendingPerHost: 200})
			p := publish(b, s, "a")
			write(b, p, video, 0, keyFrame(0))
			for range players {
				f := play(b, s, "a")
				go func() { _, _ = io.Copy(io.Discard, f.r) }()
			}
			key, inter := append(keyFrame(1), make([]byte, 60000)...), append(interFrame(1), make([]byte, 20000)...)
			b.ReportAllocs()
			for n := uint32(0); b.Loop(); n++ {
				body := inter
				if n%50 == 0 {
					body = key
				}
				write(b, p, video, n, body)
			}
		})
	}
}
