package mpegps_test

import (
	"fmt"
	"testing"
)

const (
	aligned = 0x84
	plain   = 0x80
	noPTS   = -1
)

func packOf(scr int64) []byte {
	return []byte{
		0, 0, 1, 0xBA, 0x44 | byte(scr>>27)&0x38 | byte(scr>>28)&3, byte(scr >> 20), byte(scr>>12)&0xF8 | 4 | byte(scr>>13)&3,
		byte(scr >> 5), byte(scr<<3) | 4, 1, 0, 0, 3, 0xF8,
	}
}

func pesOf(id, flags byte, pts int64, payload string) []byte {
	header := []byte{flags, 0, 0}
	if pts != noPTS {
		header = []byte{flags, 0x80, 5, 0x21 | byte(pts>>29)&0x0E, byte(pts >> 22), byte(pts>>14) | 1, byte(pts >> 7), byte(pts<<1) | 1}
	}
	n := len(header) + len(payload)
	return append(append([]byte{0, 0, 1, id, byte(n >> 8), byte(n)}, header...), payload...)
}

func cat(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// Pictures and packets meet in many ways.
func TestLayouts(t *testing.T) {
	const (
		code  = "\x00\x00\x00\x01"
		sets  = code + "\x67\x42\x00\x1e" + code + "\x68\xce\x38"
		idr   = code + "\x65\x88\x11\x12"
		idr2  = code + "\x65\x48\x21\x22" // a second slice
		next  = code + "\x41\x9a\x31\x32"
		next2 = code + "\x41\x5a\x41\x42"
	)
	packs := func(n int) (stream []byte) {
		payload := sets + idr
		for i := range int64(n) {
			stream = cat(stream, packOf(i*3600), pesOf(0xE0, aligned, i*3600, payload))
			payload = next
		}
		return stream
	}
	for _, c := range []struct {
		name   string
		stream []byte
		want   string // PTS and number of NAL units
	}{
		{"PTS in each packet", cat(
			packOf(0), pesOf(0xE0, plain, 0, sets), pesOf(0xE0, plain, 0, idr), pesOf(0xE0, plain, 0, idr2),
			packOf(9), pesOf(0xE0, plain, 3600, next), pesOf(0xE0, plain, 3600, next2)), "0:4 3600:2 "},
		{"slices in packets without PTS", cat(
			packOf(0), pesOf(0xE0, aligned, 0, sets), pesOf(0xE0, aligned, noPTS, idr), pesOf(0xE0, aligned, noPTS, idr2),
			packOf(9), pesOf(0xE0, aligned, 3600, next), pesOf(0xE0, aligned, noPTS, next2)), "0:4 3600:2 "},
		{"no pack header between", cat(
			packOf(0), pesOf(0xE0, aligned, 0, sets+idr), pesOf(0xE0, aligned, 3600, next), pesOf(0xE0, aligned, 7200, next)), "0:3 3600:1 7200:1 "},
		{"one PTS, two packs", cat(
			packOf(0), pesOf(0xE0, aligned, 0, sets+idr), packOf(9), pesOf(0xE0, aligned, 0, next)), "0:3 3600:1 "},
		{"a pack and the PTS before each packet of a picture", cat(packs(8), // each pack is taken for a picture
			packOf(9), pesOf(0xE0, aligned, 28800, sets+idr[:6]), packOf(9), pesOf(0xE0, aligned, 28800, idr[6:]+idr2),
			packOf(9), pesOf(0xE0, aligned, 32400, next)), "0:3 3600:1 7200:1 10800:1 14400:1 18000:1 21600:1 25200:1 28800:4 32400:1 "},
		{"a picture without PTS in a pack", cat(
			packOf(0), pesOf(0xE0, aligned, 0, sets+idr), packOf(9), pesOf(0xE0, aligned, noPTS, next)), "0:3 3600:1 "},
		{"the PTS of the picture that begins in the packet", cat(
			packOf(0), pesOf(0xE0, plain, 0, sets+idr[:6]), packOf(0), pesOf(0xE0, plain, 3600, idr[6:]+next+next2)), "0:3 3600:2 "},
		{"a start code cut by packets", cat(
			packOf(0), pesOf(0xE0, plain, 0, sets+idr), pesOf(0xE0, plain, 3600, idr2+next[:2]), pesOf(0xE0, plain, 7200, next[2:]+next)), "0:4 3600:1 7200:1 "},
		{"a NAL unit header cut by packets", cat(
			packOf(0), pesOf(0xE0, aligned, 0, sets+idr[:5]), pesOf(0xE0, aligned, noPTS, idr[5:])), "0:3 "},
		{"another video stream, private data, padding", cat(
			packOf(0), pesOf(0xE0, aligned, 0, sets), pesOf(0xE1, aligned, 77, idr), []byte{0, 0, 1, 0xBE, 0, 2, 0xFF, 0xFF},
			pesOf(0xBD, plain, 0, idr), pesOf(0xE0, aligned, noPTS, idr), []byte{0, 0, 1, 0xB9}), "0:3 "},
		{"video in E5", cat(packOf(0), pesOf(0xE5, aligned, 0, sets+idr), packOf(0), pesOf(0xE5, aligned, 3600, next)), "0:3 3600:1 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, stats := demux(t, c.stream)
			text := ""
			for _, u := range got.units {
				text += fmt.Sprintf("%d:%d ", u.PTS, len(u.Units))
			}
			if text != c.want || stats.Resyncs != 0 {
				t.Errorf("%s, want %s; %+v", text, c.want, stats)
			}
		})
	}
}
