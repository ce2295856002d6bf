package pusher_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"mediapusher/internal/media"
	"mediapusher/pusher"
)

// FuzzServer lets a server send anything behind the handshake, and behind the accepted publish. Dial and Close must come back, and
// the connection must have ended when the server has closed it.
func FuzzServer(f *testing.F) {
	f.Add(false, []byte{5, 0, 0, 0, 0, 0, 0, 18, 1, 0, 0, 0})
	f.Add(true, []byte{2, 0, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0, 0, 6, 1, 2, 3, 4})
	f.Add(true, []byte{2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xC5, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 20})
	f.Add(false, append([]byte{3, 0, 0, 0, 0, 0, 32, 20, 0, 0, 0, 0}, amf(f, "_result", 1, nil, []any{1, "a", true})...))
	f.Add(true, append([]byte{3, 0, 0, 0, 0, 0, 14, 20, 0, 0, 0, 0}, append(amf(f, "close", 0), 10, 0x7F, 0xFF, 0xFF, 0xFF)...))
	f.Fuzz(func(t *testing.T, accepted bool, data []byte) {
		addr := serve(t, func(p *peer) {
			if accepted && p.accept(nil) != nil || !accepted && p.shake() != nil {
				return
			}
			_, _ = p.conn.Write(data)
		})
		d := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + addr + "/live/{stream}", Timeout: 5 * time.Second})
		conn, err := d.Dial(t.Context(), "cam1")
		if err != nil {
			var e *pusher.Error
			if !errors.As(err, &e) || e.Step == "" || e.Address == "" {
				t.Errorf("got %v, want an *Error with its step", err)
			}
			return
		}
		err = awaitEnd(t, conn)
		var e *pusher.Error
		if !errors.As(err, &e) {
			t.Errorf("ended with %v, want an *Error", err)
		}
		conn.Close()
	})
}

// FuzzRecord builds records of arbitrary parameter sets: ErrNoPicture, or a record in which they stand whole.
func FuzzRecord(f *testing.F) {
	f.Add(false, []byte(nil), unhex(f, baselineSPS), unhex(f, avcPPS))
	f.Add(false, []byte(nil), unhex(f, highSPS), unhex(f, avcPPS))
	f.Add(true, unhex(f, hevcVPS), unhex(f, hevcSPS), unhex(f, hevcPPS))
	f.Add(true, []byte{0x40, 1, 1}, []byte{0x42, 1, 0xFF, 0, 0, 3}, []byte{0x44, 1, 1})
	f.Fuzz(func(t *testing.T, hevc bool, vps, sps, pps []byte) {
		track := &media.Track{Codec: media.H264, SPS: sps, PPS: pps}
		sets := [][]byte{sps, pps}
		if hevc {
			track.Codec, track.VPS = media.H265, vps
			sets = append(sets, vps)
		}
		var got raw
		err := pusher.NewRemuxer(&got, pusher.HEVCEnhanced).Write(unit(t, track, 0, 0, true, "65 88 84"))
		if err != nil {
			if !errors.Is(err, pusher.ErrNoPicture) || len(got) > 0 {
				t.Errorf("%v after %d messages", err, len(got))
			}
			return
		}
		if len(got) != 3 {
			t.Fatalf("%d messages, want metadata, record and picture", len(got))
		}
		record := got[1][5:]
		if record[0] != 1 {
			t.Errorf("version %d", record[0])
		}
		for _, set := range sets {
			if !bytes.Contains(record, append([]byte{byte(len(set) >> 8), byte(len(set))}, set...)) {
				t.Errorf("record % X misses % X", record, set)
			}
		}
	})
}

// raw keeps the bodies of messages.
type raw [][]byte

func (r *raw) WriteMessage(_ byte, _ uint32, body [][]byte) error {
	*r = append(*r, bytes.Join(body, nil))
	return nil
}
