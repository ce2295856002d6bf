package rtspsource

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/media"
)

// cutter yields lengths from fuzz input.
type cutter []byte

func (c *cutter) next(most int) int {
	if len(*c) == 0 {
		return most
	}
	n := int((*c)[0])
	*c = (*c)[1:]
	return min(n, most)
}

// elements cuts a connection, read in pieces, into elements in words. Stray bytes are summed up.
func elements(input []byte, cuts cutter, use *channels) []string {
	f := framer{channels: use}
	var out []string
	var pending []byte
	for len(input) > 0 {
		n := max(cuts.next(len(input)), 1)
		pending = append(pending, input[:n]...)
		input = input[n:]
		for {
			e, err := f.next(pending)
			if err != nil {
				return append(out, err.Error())
			}
			if e.kind == kindMore {
				break
			}
			if e.kind == kindFrame {
				out = append(out, fmt.Sprintf("frame %d %x", e.channel, e.data))
			} else if e.kind == kindMessage {
				out = append(out, fmt.Sprintf("message %q %q", e.data, e.body))
			}
			if e.size <= 0 || e.size > len(pending) || e.size > maxFrameBytes && e.kind != kindStray {
				panic(fmt.Sprint("size ", e.size))
			}
			pending = pending[e.size:]
		}
	}
	return out
}

func testChannels() *channels {
	c := &channels{}
	c[0] = channelUse{kind: channelRTP, payloadType: 96}
	c[1] = channelUse{kind: channelRTCP}
	return c
}

// However a connection is cut, the elements are the same, and none exceeds its ceiling.
func FuzzFramer(f *testing.F) {
	rtp := append([]byte{'$', 0, 0, 14, 0x80, 96}, make([]byte, 12)...)
	f.Add(append(rtp, "RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc"...), []byte{1, 1, 1, 1, 1, 200})
	f.Add(append([]byte("junk"), rtp...), []byte{3, 3, 3})
	f.Add([]byte("$\x09\x00\x01xPLAY x RTSP/1.0\n\n\x00$\x01\x00\x04\x80\xc8\x00\x00"), []byte{2, 9})
	f.Add([]byte("RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n"), []byte{})
	f.Add([]byte("OPTIONS * RTSP/1.0\r\ncontent-length:99999999\r\n\r\n"), []byte{5})
	f.Fuzz(func(t *testing.T, input, cuts []byte) {
		for _, use := range []*channels{nil, testChannels()} {
			whole, cut := elements(input, nil, use), elements(input, cuts, use)
			if !reflect.DeepEqual(whole, cut) {
				t.Fatalf("whole %q\ncut   %q", whole, cut)
			}
		}
	})
}

// A message head that was read and rendered is read the same again, and holds nothing that would break the next reader.
func FuzzMessage(f *testing.F) {
	f.Add([]byte("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\nSession: 1 ; timeout=5\r\n\r\n"))
	f.Add([]byte("RTSP/1.0 200\n: x\nPublic: A\nPublic: B\n\n"))
	f.Add([]byte("SET_PARAMETER rtsp://x RTSP/1.0\r\nCSeq: 7\r\n\r\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		h, err := parseHead(input)
		if err != nil {
			return
		}
		if h.status == 0 {
			if reply := string(writeReply(&h)); strings.Count(reply, "\r\n\r\n") != 1 {
				t.Fatalf("reply %q", reply)
			}
			return
		}
		first := cleanAnswer(&h, nil)
		again, err := parseHead(first)
		if err != nil || again.status != h.status {
			t.Fatalf("%q became %+v, %v", first, again, err)
		}
		if second := cleanAnswer(&again, nil); !bytes.Equal(first, second) {
			t.Fatalf("%q\n%q", first, second)
		}
		if end := endOfHead(first); end != len(first) {
			t.Fatalf("%q ends at %d", first, end)
		}
		if id, timeout := parseSession(h.get("Session")); strings.ContainsAny(id, ";\r\n") || timeout < 0 {
			t.Fatalf("session %q %d", id, timeout)
		}
	})
}

// packets cuts fuzz input into RTP payloads: a byte of length in units of 4, a byte of flags.
func packets(input []byte) []packet {
	var all []packet
	ts, seq := uint32(0), uint16(0)
	for len(input) >= 2 {
		n, flags := int(input[0])*4, input[1]
		input = input[2:]
		n = min(n, len(input))
		ts += uint32(flags>>4&3) * 3000
		seq += uint16(flags&1) + 1
		all = append(all, packet{sequence: seq, timestamp: ts, marker: flags&0x80 != 0, payload: input[:n]})
		input = input[n:]
	}
	return all
}

// depacketise checks what holds for every depacketiser: it makes no bytes, hands on no empty unit, and nothing twice: a second run over
// the same packets gives the same.
func depacketise(t *testing.T, s *stream, input []byte) *recorder {
	t.Helper()
	all := packets(input)
	var runs [2]*recorder
	for i := range runs {
		out := &recorder{}
		track := s.newTrack(out, &counters{})
		total := 0
		for _, p := range all {
			p.payload = bytes.Clone(p.payload)
			total += len(p.payload)
			if err := track.rtp(&p); err != nil {
				t.Fatal(err)
			}
			clear(p.payload)
		}
		track.depacket.drop()
		if out.bytes > total {
			t.Fatalf("%d bytes out of %d", out.bytes, total)
		}
		for _, u := range out.units {
			if strings.Contains(u+" ", "  ") || !strings.Contains(u, " ") {
				t.Fatalf("an empty unit: %q", u)
			}
		}
		runs[i] = out
	}
	if !reflect.DeepEqual(runs[0].units, runs[1].units) {
		t.Fatalf("%q\n%q", runs[0].units, runs[1].units)
	}
	return runs[0]
}

// annexBFree checks that the first pictures hold no start codes, and each a slice.
func annexBFree(t *testing.T, out *recorder, slice func([]byte) bool) {
	t.Helper()
	for i, u := range out.units {
		slices := 0
		for _, nal := range strings.Fields(u)[1:] {
			b := unhex(t, nal)
			if i < probePictures/2 && bytes.Contains(b, startCode) {
				t.Fatalf("a start code in %x", b)
			}
			if slice(b) {
				slices++
			}
		}
		if slices == 0 {
			t.Fatalf("no slice in %q", u)
		}
	}
}

func FuzzH264(f *testing.F) {
	f.Add([]byte("\x01\x80\x65\x88\x84\x00\x02\x10\x7c\x85\x88\x01\x00\x00\x01\x68\x01\x80\x7c\x45\x00\x00"))
	f.Add([]byte("\x03\x80\x18\x00\x02\x67\x01\x00\x02\x68\x02\x00\x02\x65\x88"))
	f.Add([]byte("\x03\x90\x00\x00\x00\x01\x67\x01\x00\x00\x01\x65\x88\x00"))
	f.Fuzz(func(t *testing.T, input []byte) { annexBFree(t, depacketise(t, h264Stream(), input), h264Slice) })
}

func FuzzH265(f *testing.F) {
	f.Add([]byte("\x01\x80\x26\x01\x80\x00\x02\x10\x62\x01\x93\x01\x00\x00\x01\x68\x01\x80\x62\x01\x53\x00"))
	f.Add([]byte("\x03\x80\x60\x01\x00\x03\x40\x01\x01\x00\x03\x26\x01\x80"))
	f.Fuzz(func(t *testing.T, input []byte) { annexBFree(t, depacketise(t, h265Stream(), input), h265Slice) })
}

func FuzzAAC(f *testing.F) {
	f.Add([]byte("\x02\x80\x00\x10\x00\x10\xaa\xbb"), byte(13), byte(3), byte(3))
	f.Add([]byte("\x02\x00\x00\x10\x00\x28\xaa\xbb\x02\x00\x00\x10\x00\x28\xaa\xbb"), byte(13), byte(3), byte(3))
	f.Add([]byte("\x02\x00\x00\x20\x00\x08\x00\x08\xaa\xbb"), byte(13), byte(3), byte(3))
	f.Fuzz(func(t *testing.T, input []byte, size, index, delta byte) {
		layout := aacLayout{int(size), int(index), int(delta)}
		if !layout.valid() {
			return
		}
		depacketise(t, &stream{
			coding: coding{rate: 16000}, desc: &media.Track{Codec: media.AAC},
			build: func(t *track) depacketiser { return &aac{track: t, layout: layout, frameTicks: 1024} },
		}, input)
	})
}

func FuzzPCM(f *testing.F) {
	f.Add([]byte("\x01\x80\x01\x02\x03\x04"), byte(2), true)
	f.Fuzz(func(t *testing.T, input []byte, channels byte, little bool) {
		block := 2 * (int(channels)%maxChannels + 1)
		depacketise(t, &stream{
			coding: coding{rate: 8000}, desc: &media.Track{Codec: media.L16},
			build: func(t *track) depacketiser { return &pcm{track: t, block: block, littleEndian: little} },
		}, input)
	})
}

// Times of sender reports stay within the two eras of NTP, and a compound packet is never read beyond its end.
func FuzzRTCP(f *testing.F) {
	f.Add(senderReport(time.Unix(1700000000, 0), 9))
	f.Add([]byte{0x81, 203, 0, 1, 0, 0, 0, 1, 0x80, 200, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, input []byte) {
		r := parseRTCP(input)
		if y := r.wall.Year(); !r.wall.IsZero() && (y < 1968 || y > 2104) {
			t.Fatalf("year %d", y)
		}
		if len(input) < 20 && !r.wall.IsZero() || len(input) < 4 && r.bye {
			t.Fatalf("%x gives %+v", input, r)
		}
		longer := parseRTCP(append(bytes.Clone(input), 0))
		if longer != r && len(input)%4 == 0 {
			t.Fatalf("%+v with a byte more %+v", r, longer)
		}
	})
}

func FuzzRTP(f *testing.F) {
	f.Add([]byte("\x91\x60\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\xab\xac\x00\x01abcdxyz"))
	f.Add([]byte("\xa0\x60\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03aa\x00\x02"))
	f.Fuzz(func(t *testing.T, input []byte) {
		p, ok := parseRTP(input)
		if ok && !bytes.Contains(input[rtpHeaderSize:], p.payload) {
			t.Fatalf("%x is not in %x", p.payload, input)
		}
		if !ok && p.payload != nil {
			t.Fatal("a payload without a packet")
		}
	})
}

// What is chosen from any description can be set up: a video first, clocks and layouts within their limits, addresses in one line.
func FuzzSDP(f *testing.F) {
	f.Add([]byte("v=0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 sprop-parameter-sets=Z0LAHtkAoEf+yA==,aM48gA==\r\na=control:trackID=1\r\nm=audio 0 RTP/AVP 104\r\na=rtpmap:104 mpeg4-generic/16000/1\r\na=fmtp:104 config=1408;sizelength=13\r\n"), "rtsp://h/x?y")
	f.Add([]byte("m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=fmtp:96 sprop-vps=QAEC;sprop-sps=QgEC\nm=audio 0 RTP/AVP 11\na=sendonly\na=control:/t"), "/b/")
	f.Add([]byte("m=audio 0 RTP/AVP 0 8 200 x\nm=video\nm=\nm=video 1 2 26 33"), "")
	request, err := parseURL("rtsp://h:5/live?a=1&b=2")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, input []byte, contentBase string) {
		d := parseSDP(input)
		if len(d.blocks) > maxMediaBlocks {
			t.Fatalf("%d blocks", len(d.blocks))
		}
		streams, _, err := d.choose()
		if err != nil {
			return
		}
		if len(streams) > 2 || !streams[0].desc.Codec.Video() || len(streams) == 2 && streams[1].desc.Codec.Video() {
			t.Fatalf("%+v", streams)
		}
		base := baseURL(request, d.control, contentBase)
		if base.Host != request.Host {
			t.Fatalf("base %s", base)
		}
		for i, s := range streams {
			if s.desc.ID != i || s.coding.rate < 1 || s.coding.rate > maxClockRate {
				t.Fatalf("%d: %+v", i, s)
			}
			s.newTrack(&recorder{}, &counters{}).depacket.drop()
			for _, set := range [][]byte{s.desc.VPS, s.desc.SPS, s.desc.PPS} {
				if set != nil && (len(set) < 3 || bytes.Contains(set, startCode)) {
					t.Fatalf("parameter set %x", set)
				}
			}
			if u := controlURL(base, s.control); strings.ContainsAny(u, " \r\n\x00") {
				t.Fatalf("address %q", u)
			}
		}
	})
}

// Whatever a device offers, a refused password is not sent twice.
func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="IP Camera(1)", nonce="abc", algorithm="MD5"`, `Basic realm="x"`, false)
	f.Add(`Digest realm="x", nonce="a", stale=TRUE, qop="auth"`, `Digest ;=x`, true)
	f.Add(`digest realm="a\"b, nonce=1`, `Digest nonce="1", algorithm=SHA-256, Basic realm=1`, true)
	f.Fuzz(func(t *testing.T, first, second string, basic bool) {
		a := &authenticator{user: "u", password: "hunter2", allowBasic: basic}
		headers := []string{first, second}
		if s, err := a.sign("DESCRIBE", "rtsp://h/"); s != "" || err != nil {
			t.Fatalf("unasked %q %v", s, err)
		}
		if err := a.refused(headers); err != nil {
			if strings.Contains(err.Error(), "hunter2") {
				t.Fatal(err)
			}
			return
		}
		if _, err := a.sign("DESCRIBE", "rtsp://h/"); err != nil {
			t.Fatal(err)
		}
		if err := a.refused(headers); err == nil {
			t.Fatal("the same challenge was answered twice")
		}
	})
}
