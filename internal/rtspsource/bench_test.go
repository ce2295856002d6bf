package rtspsource

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"mediapusher/internal/media"
)

const (
	benchPictures = 50
	benchPackets  = 14 // of a picture: 20 kB, 4 Mbit/s at 25 pictures a second
)

// loop is a connection that repeats one stream, with sequence numbers and timestamps that go on.
type loop struct {
	net.Conn
	stream  []byte
	headers []int // where RTP headers begin
	pos     int
	turns   int
}

func (l *loop) SetReadDeadline(time.Time) error { return nil }

// Read gives what a socket typically has: some kilobytes, cut anywhere.
func (l *loop) Read(p []byte) (int, error) {
	if l.pos == len(l.stream) {
		if l.turns--; l.turns <= 0 {
			return 0, io.EOF
		}
		l.pos = 0
		for _, at := range l.headers {
			header := l.stream[at:]
			n := uint16(benchPictures * benchPackets)
			if header[1]&0x7f == 8 {
				n = benchPictures
			}
			binary.BigEndian.PutUint16(header[2:], binary.BigEndian.Uint16(header[2:])+n)
			binary.BigEndian.PutUint32(header[4:], binary.BigEndian.Uint32(header[4:])+benchPictures*3600)
		}
	}
	n := copy(p[:min(len(p), 9000)], l.stream[l.pos:])
	l.pos += n
	return n, nil
}

// newLoop builds H.264 in FU-A with PCMA beside it.
func newLoop() *loop {
	l := &loop{}
	add := func(channel, payloadType byte, seq, ts int, marker byte, payload ...byte) {
		size := 12 + len(payload)
		l.stream = append(l.stream, '$', channel, byte(size>>8), byte(size))
		l.headers = append(l.headers, len(l.stream))
		l.stream = append(l.stream, 0x80, payloadType|marker, byte(seq>>8), byte(seq))
		l.stream = binary.BigEndian.AppendUint32(l.stream, uint32(ts))
		l.stream = append(append(l.stream, 0, 0, 0, channel), payload...)
	}
	for i := range benchPictures {
		for j := range benchPackets {
			flags, marker := byte(0x01), byte(0)
			switch j {
			case 0:
				flags = 0x81
			case benchPackets - 1:
				flags, marker = 0x41, 0x80
			}
			payload := append([]byte{0x7c, flags}, make([]byte, 1400)...)
			for k := range payload[2:] {
				payload[2+k] = byte(k*7 + j)
			}
			add(0, 96, i*benchPackets+j, i*3600, marker, payload...)
		}
		add(2, 8, i, i*3600, 0x80, make([]byte, 320)...)
	}
	return l
}

// discard is a sink that is done with every unit at once.
type discard struct{ units, bytes int }

func (d *discard) SetTracks([]*media.Track) error { return nil }

func (d *discard) Write(au *media.AccessUnit) error {
	d.units++
	d.bytes += au.Size()
	au.Release()
	return nil
}

// readLoop reads the stream n times, without the conversation before.
func readLoop(tb testing.TB, l *loop, n int) *discard {
	tb.Helper()
	source, err := New(Config{URL: "rtsp://h/x"})
	if err != nil {
		tb.Fatal(err)
	}
	out := &discard{}
	s := newSession(source, l, out)
	r := &routing{channels: *testChannels()}
	r.channels[2] = channelUse{kind: channelRTP, track: 1, payloadType: 8}
	audio := pcmStream(coding{channels: 1}, media.PCMA, 1, networkOrder)
	audio.coding = coding{rate: 8000, payloadType: 8}
	video := h264Stream()
	video.coding.payloadType = 96
	r.tracks = []*track{video.newTrack(out, &source.counters), audio.newTrack(out, &source.counters)}
	s.routing.Store(r)
	l.turns, l.pos = n, 0
	if err := s.read(context.Background()); err == nil {
		tb.Fatal("no end")
	}
	if stats := source.Stats(); stats.Bad != 0 || stats.Lost != 0 || stats.Units != uint64(2*benchPictures*n) {
		tb.Fatalf("stats %+v", stats)
	}
	return out
}

// BenchmarkRead tells what a picture of 20 kB and its sound cost from the socket to the sink.
func BenchmarkRead(b *testing.B) {
	l := newLoop()
	b.SetBytes(int64(len(l.stream) / benchPictures))
	b.ReportAllocs()
	readLoop(b, l, 1+(b.N-1)/benchPictures)
}

// A run that is under way allocates next to nothing: what it costs over a short run is what the further pictures cost.
func TestReadAllocatesNothing(t *testing.T) {
	cost := func(turns int) float64 {
		return testing.AllocsPerRun(1, func() { readLoop(t, newLoop(), turns) })
	}
	const more = 6
	perUnit := (cost(1+more) - cost(1)) / (2 * benchPictures * more)
	// The race detector makes sync.Pool drop values at random.
	if most := 0.05 + raceAllocs; perUnit > most {
		t.Errorf("%.3f allocations a unit", perUnit)
	}
}
