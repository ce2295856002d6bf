package clips

import "encoding/binary"

// maxPayload is the largest RTP payload, as recorders send it to fit an Ethernet frame.
const maxPayload = 1400

// headerSize is '$', channel, length and an RTP header without extension.
const headerSize = 4 + 12

// addPacket appends an interleaved packet whose payload is the parts one behind the other.
func (f *Frame) addPacket(marker, set bool, parts ...[]byte) {
	size := 12
	for _, part := range parts {
		size += len(part)
	}
	start := len(f.Wire)
	f.Wire = append(f.Wire, '$', 0)
	f.Wire = binary.BigEndian.AppendUint16(f.Wire, uint16(size))
	f.Wire = append(f.Wire, 0x80, 0) // version 2
	if marker {
		f.Wire[len(f.Wire)-1] = 0x80
	}
	f.Wire = append(f.Wire, make([]byte, 10)...)
	for _, part := range parts {
		f.Wire = append(f.Wire, part...)
	}
	f.Packets = append(f.Packets, Packet{Start: start, End: len(f.Wire), ParameterSet: set})
}

// addH264 sends a NAL unit alone or in fragments (RFC 6184 sections 5.6 and 5.8). last sets the marker.
func (f *Frame) addH264(nal []byte, set, last bool) {
	if len(nal) <= maxPayload {
		f.addPacket(last, set, nal)
		return
	}
	const fuA = 28
	indicator, kind := nal[0]&0xE0|fuA, nal[0]&0x1F
	f.addFragments(nal[1:], []byte{indicator}, kind, last)
}

// addH265 sends a NAL unit alone or in fragments (RFC 7798 sections 4.4.1 and 4.4.3).
func (f *Frame) addH265(nal []byte, set, last bool) {
	if len(nal) <= maxPayload {
		f.addPacket(last, set, nal)
		return
	}
	const fu = 49
	kind := nal[0] >> 1 & 0x3F
	f.addFragments(nal[2:], []byte{nal[0]&0x81 | fu<<1, nal[1]}, kind, last)
}

// addFragments cuts rest, a NAL unit without its header. The FU header has the start and end bits and the type.
func (f *Frame) addFragments(rest, header []byte, kind byte, last bool) {
	room := maxPayload - len(header) - 1
	const start, end = 0x80, 0x40
	bits := byte(start)
	for len(rest) > room {
		f.addPacket(false, false, header, []byte{bits | kind}, rest[:room])
		rest = rest[room:]
		bits = 0
	}
	f.addPacket(last, false, header, []byte{bits | end | kind}, rest)
}

// Stamp is what a stream writes into the packets of a frame.
type Stamp struct {
	Channel, PayloadType byte
	Sequence             uint16
	Timestamp, SSRC      uint32
}

// Put writes a stamp into the packet at the start of wire.
func (s Stamp) Put(wire []byte) {
	_ = wire[headerSize-1]
	wire[1] = s.Channel
	wire[5] = wire[5]&0x80 | s.PayloadType
	binary.BigEndian.PutUint16(wire[6:], s.Sequence)
	binary.BigEndian.PutUint32(wire[8:], s.Timestamp)
	binary.BigEndian.PutUint32(wire[12:], s.SSRC)
}
