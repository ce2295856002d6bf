package aac

import (
	"encoding/binary"

	"mediapusher/internal/media"
)

const fullScale = 1 << 15

// decoder turns the bytes of one access unit into samples between -1 and 1.
type decoder struct {
	codec    media.Codec
	channels int
	table    [256]float32 // G.711 only
}

func newDecoder(codec media.Codec, channels int) *decoder {
	d := &decoder{codec: codec, channels: channels}
	for i := range d.table {
		if codec == media.PCMU {
			d.table[i] = float32(expandMuLaw(byte(i))) / fullScale
		} else {
			d.table[i] = float32(expandALaw(byte(i))) / fullScale
		}
	}
	return d
}

// sampleBytes is the size of one sample of one channel.
func (d *decoder) sampleBytes() int {
	if d.codec == media.L16 {
		return 2
	}
	return 1
}

// frames is the number of whole samples per channel in p.
func (d *decoder) frames(p []byte) int { return len(p) / (d.sampleBytes() * d.channels) }

// sample returns sample i of a channel of p; i is below frames(p).
func (d *decoder) sample(p []byte, i, channel int) float32 {
	i = i*d.channels + channel
	if d.codec == media.L16 {
		return float32(int16(binary.BigEndian.Uint16(p[2*i:]))) / fullScale
	}
	return d.table[p[i]]
}

// expandALaw follows ITU-T G.711 table 1a: even bits inverted, sign, three bits of segment, four of step. A set sign bit is positive.
func expandALaw(b byte) int {
	b ^= 0x55
	segment, step := uint(b>>4&7), int(b&15)
	value := step<<4 + 8
	if segment > 0 {
		value = (value + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return -value
	}
	return value
}

// expandMuLaw follows ITU-T G.711 table 2a: all bits inverted, sign, segment, step, biased by 132. A set sign bit, once inverted, is
// negative.
func expandMuLaw(b byte) int {
	b = ^b
	segment, step := uint(b>>4&7), int(b&15)
	value := (step<<3+0x84)<<segment - 0x84
	if b&0x80 != 0 {
		return -value
	}
	return value
}
