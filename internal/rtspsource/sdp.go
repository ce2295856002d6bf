package rtspsource

import (
	"strconv"
	"strings"
)

// Ceilings of a stream description.
const (
	maxMediaBlocks  = 16
	maxPayloadTypes = 16
	maxAttributes   = 64 // of a block
)

// description is what we read of a session description (RFC 4566). Lines that we have no use for are not looked at: recorders get the
// time, origin and connection lines wrong in many ways.
type description struct {
	control string // of the session
	blocks  []block
	// hikvision says that a block carries Hikvision's own header (a=Media_header:MEDIAINFO=494D4B48...).
	hikvision bool
}

// block is one m= line with its attributes.
type block struct {
	kind         string // "video", "audio" ...
	payloadTypes []uint8
	control      string
	// toDevice says that the device wants to hear this medium (a=sendonly, in the sense of ONVIF's streaming specification).
	toDevice bool
	rtpmap   map[uint8]string
	fmtp     map[uint8]string
}

// parseSDP reads what it can and skips the rest.
func parseSDP(text []byte) description {
	var d description
	attributes := 0
	for line := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return r == '\r' || r == '\n' }) {
		line = strings.TrimSpace(strings.Map(withoutControl, line))
		value, isMedia := strings.CutPrefix(line, "m=")
		if isMedia {
			if len(d.blocks) == maxMediaBlocks {
				break
			}
			d.blocks = append(d.blocks, parseMedia(value))
			attributes = 0
			continue
		}
		attribute, ok := strings.CutPrefix(line, "a=")
		if attributes++; !ok || attributes > maxAttributes {
			continue
		}
		name, value, _ := strings.Cut(attribute, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if name == "media_header" {
			d.hikvision = true
		}
		if len(d.blocks) > 0 {
			d.blocks[len(d.blocks)-1].attribute(name, value)
		} else if name == "control" {
			d.control = value
		}
	}
	return d
}

// withoutControl drops control characters, the NUL at the end of a line among them.
func withoutControl(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

func parseMedia(value string) block {
	b := block{rtpmap: map[uint8]string{}, fmtp: map[uint8]string{}}
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return b
	}
	b.kind = strings.ToLower(fields[0])
	for _, f := range fields[min(len(fields), 3):] {
		if n, err := strconv.ParseUint(f, 10, 7); err == nil && len(b.payloadTypes) < maxPayloadTypes {
			b.payloadTypes = append(b.payloadTypes, uint8(n))
		}
	}
	return b
}

func (b *block) attribute(name, value string) {
	switch name {
	case "control":
		b.control = value
	case "sendonly":
		b.toDevice = true
	case "rtpmap", "fmtp":
		number, rest, _ := strings.Cut(value, " ")
		n, err := strconv.ParseUint(number, 10, 7)
		if err != nil {
			return
		}
		if name == "rtpmap" {
			b.rtpmap[uint8(n)] = strings.TrimSpace(rest)
		} else {
			b.fmtp[uint8(n)] = strings.TrimSpace(rest)
		}
	}
}

// coding is one payload type of a block.
type coding struct {
	payloadType uint8
	name        string // in capitals, "" where the block does not tell
	rate        int    // Hz
	channels    int
	params      map[string]string // of a=fmtp, names in small letters
}

// static payload types (RFC 3551 section 6) that stand without a=rtpmap; those we cannot carry are there for their names.
var static = map[uint8]string{
	0: "PCMU/8000", 3: "GSM/8000", 4: "G723/8000", 8: "PCMA/8000", 9: "G722/8000", 10: "L16/44100/2", 11: "L16/44100", 14: "MPA/90000",
	18: "G729/8000", 26: "JPEG/90000", 32: "MPV/90000", 33: "MP2T/90000",
}

// videoClockRate is what all video formats of RTP use, also where a=rtpmap leaves it out.
const videoClockRate = 90000

// codings lists what a block offers.
func (b *block) codings() []coding {
	var all []coding
	for _, n := range b.payloadTypes {
		text, ok := b.rtpmap[n]
		if !ok {
			text = static[n]
		}
		parts := strings.Split(text, "/")
		c := coding{payloadType: n, name: strings.ToUpper(strings.TrimSpace(parts[0])), channels: 1, params: parseFmtp(b.fmtp[n])}
		if len(parts) > 1 {
			c.rate, _ = strconv.Atoi(strings.TrimSpace(parts[1]))
		}
		if c.rate == 0 && b.kind == "video" {
			c.rate = videoClockRate
		}
		if len(parts) > 2 {
			if v, err := strconv.Atoi(strings.TrimSpace(parts[2])); err == nil {
				c.channels = v
			}
		}
		all = append(all, c)
	}
	return all
}

// String names a coding for an operator.
func (c *coding) String() string {
	if c.name == "" {
		return "payload type " + strconv.Itoa(int(c.payloadType))
	}
	return printable(c.name)
}

func parseFmtp(s string) map[string]string {
	params := map[string]string{}
	for part := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(part, "=")
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			params[name] = strings.TrimSpace(value)
		}
	}
	return params
}
