package rtspsource_test

import (
	"bytes"
	"testing"

	"mediapusher/internal/media"
	"mediapusher/internal/rtspsource"
)

func TestRunDeliversPictureAndSound(t *testing.T) {
	d := newDevice(t, serve(sdp(h264Media("trackID=1"), pcmaMedia("trackID=2")), func(p *peer) {
		p.Write(p.rtp(0, 96, 1000, false, sps...))
		p.Write(p.rtp(0, 96, 1000, false, pps...))
		p.Write(p.rtp(0, 96, 1000, true, idr...))
		p.Write(p.rtp(2, 8, 500, true, 1, 2, 3, 4))
		p.Write(p.rtp(0, 96, 4600, true, inter...))
	}))
	out := newSink(3)
	s := newSource(t, rtspsource.Config{URL: d.url("/Streaming/Channels/101?transportmode=unicast&b=2&a=1")})
	if err := pull(t, s, out); err != nil {
		t.Fatal(err)
	}
	if len(out.tracks) != 2 || out.tracks[0].Codec != media.H264 || out.tracks[1].Codec != media.PCMA || out.tracks[1].ID != 1 {
		t.Fatalf("tracks %+v", out.tracks)
	}
	if !bytes.Equal(out.tracks[0].SPS, sps) || !bytes.Equal(out.tracks[0].PPS, pps) {
		t.Errorf("parameter sets %x %x", out.tracks[0].SPS, out.tracks[0].PPS)
	}
	if n := len(out.units[0].nals); n != 3 {
		t.Errorf("first unit has %d NAL units", n)
	}
	if out.units[0].pts != 1000 || out.units[1].pts != 500*90/8 || out.units[2].pts != 4600 {
		t.Errorf("PTS %+v", out.units)
	}
	if got := d.heard("DESCRIBE")[0].url; got != d.url("/Streaming/Channels/101?transportmode=unicast&b=2&a=1") {
		t.Errorf("DESCRIBE %s", got)
	}
	setups := d.heard("SETUP")
	if got := setups[0].url; got != d.url("/Streaming/Channels/101?transportmode=unicast&b=2&a=1/trackID=1") {
		t.Errorf("SETUP %s", got)
	}
	if got := setups[0].header.Get("Transport"); got != "RTP/AVP/TCP;unicast;interleaved=0-1" {
		t.Errorf("Transport %s", got)
	}
	if n := len(d.heard("TEARDOWN")); n != 1 {
		t.Errorf("%d TEARDOWN", n)
	}
	if stats := s.Stats(); stats.Packets != 5 || stats.Units != 3 || stats.Bad != 0 || stats.Lost != 0 || stats.Bytes == 0 {
		t.Errorf("stats %+v", stats)
	}
}
