package pusher_test

import (
	"io"
	"testing"

	"mediapusher/internal/media"
	"mediapusher/pusher"
)

// sink is a connection to a server that reads and forgets.
func sink(t testing.TB) pusher.Conn {
	t.Helper()
	return publishTo(t, pusher.RTMPConfig{}, func(p *peer) { _, _ = io.Copy(io.Discard, p.in.r) })
}

// frames are a key frame, pictures and audio as a camera of 4 Mbit/s sends them, ready to be sent again and again.
func frames(t testing.TB) []*media.AccessUnit {
	t.Helper()
	video, audio := avcTrack(t, baselineSPS, 1920, 1080), aacTrack()
	fill := func(au *media.AccessUnit, size int) *media.AccessUnit {
		if err := au.Extend(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		return au
	}
	list := []*media.AccessUnit{fill(unit(t, video, 0, 0, true, baselineSPS, avcPPS, "65 88 84"), 120000)}
	for range 24 {
		list = append(list, fill(unit(t, video, 0, 0, false, "41 9A 01"), 20000), fill(unit(t, audio, 0, 0, false, "21"), 200))
	}
	return list
}

// TestNoAllocations covers the road from the access unit to the socket.
func TestNoAllocations(t *testing.T) {
	conn := sink(t)
	r := pusher.NewRemuxer(conn, conn.HEVC())
	list := frames(t)
	now := int64(0)
	send := func() {
		for _, au := range list {
			now += 20 * 90
			au.PTS, au.DTS = now+40*90, now
			if err := r.Write(au); err != nil {
				t.Fatal(err)
			}
		}
	}
	send()
	if n := testing.AllocsPerRun(20, send); n > 1 {
		t.Errorf("%v allocations for %d frames", n, len(list))
	}
}

func BenchmarkFrame(b *testing.B) {
	conn := sink(b)
	r := pusher.NewRemuxer(conn, conn.HEVC())
	list := frames(b)
	now, size := int64(0), 0
	for _, au := range list {
		size += au.Size()
	}
	b.SetBytes(int64(size / len(list)))
	b.ReportAllocs()
	for i := range b.N {
		au := list[i%len(list)]
		now += 20 * 90
		au.PTS, au.DTS = now, now
		if err := r.Write(au); err != nil {
			b.Fatal(err)
		}
	}
}
