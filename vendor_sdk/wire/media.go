package wire

import (
	"encoding/binary"
	"fmt"

	"mediapusher/vendor_sdk/sdk"
)

const (
	mediaHead = 6
	flagLost  = 1
	// MediaOverhead is how many bytes of a Media frame are not data.
	MediaOverhead = headSize + mediaHead
)

// AppendMedia appends a packet as one Media frame to dst, with as much of its data as goes into a frame of at most room bytes, and returns
// what did not go in. The rest is sent by another call; it is nil when all has gone in. room counts from MediaOverhead to MaxMediaFrame,
// anything else is taken as the nearer one.
func AppendMedia(dst []byte, id uint32, packet sdk.Packet, room int) (out, rest []byte) {
	room = min(max(room, MediaOverhead), MaxMediaFrame)
	data := packet.Data
	if n := room - MediaOverhead; len(data) > n {
		data, rest = data[:n], data[n:]
	}
	var flags byte
	if packet.Lost {
		flags = flagLost
	}
	dst = append(appendHead(dst, TypeMedia, id, mediaHead+len(data)), byte(packet.Kind), flags)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(packet.Code))
	return append(dst, data...), rest
}

// ParseMedia reads the payload of a Media frame. The packet's data is a part of it. The error is ErrFrame.
func ParseMedia(payload []byte) (sdk.Packet, error) {
	if len(payload) < mediaHead || payload[1] > flagLost {
		return sdk.Packet{}, fmt.Errorf("%w: media of %d bytes", ErrFrame, len(payload))
	}
	packet := sdk.Packet{
		Kind: sdk.Kind(payload[0]), Lost: payload[1] == flagLost, Code: int(int32(binary.LittleEndian.Uint32(payload[2:]))),
		Data: payload[mediaHead:],
	}
	if packet.Kind < sdk.Head || packet.Kind > sdk.Broken {
		return sdk.Packet{}, fmt.Errorf("%w: media of kind %d", ErrFrame, packet.Kind)
	}
	return packet, nil
}

// Credit returns the payload of a Credit frame.
func Credit(bytes int) [4]byte {
	var payload [4]byte
	binary.LittleEndian.PutUint32(payload[:], uint32(bytes))
	return payload
}

// ParseCredit reads the payload of a Credit frame. The error is ErrFrame.
func ParseCredit(payload []byte) (int, error) {
	if len(payload) != 4 {
		return 0, fmt.Errorf("%w: credit of %d bytes", ErrFrame, len(payload))
	}
	return int(binary.LittleEndian.Uint32(payload)), nil
}
