package mediaserver

import (
	"encoding/binary"
	"fmt"
)

const (
	setDataFrame = "@setDataFrame"
	onMetaData   = "onMetaData"
)

// metadata is what a publication tells of itself.
type metadata struct {
	// values holds the properties as they came, in the encoding of an object without its end, without hasVideo and hasAudio.
	values []byte
	count  uint32
	// video and audio are the tracks that it promises.
	video, audio bool
}

// parseMetadata reads the body of a data message. It returns nil where the message is no onMetaData.
func parseMetadata(body []byte) (*metadata, error) {
	r := amfReader{b: body}
	name := r.string()
	if name == setDataFrame {
		name = r.string()
	}
	if r.err == nil && name != onMetaData {
		return nil, nil //nolint:nilnil // other data is no error
	}
	md := &metadata{}
	told := map[string]bool{}
	r.object(func(name string, value []byte) {
		switch name {
		case "videocodecid":
			md.video = true
		case "audiocodecid":
			md.audio = true
		case "hasVideo", "hasAudio":
			if len(value) == 2 && value[0] == amfBoolean {
				told[name] = value[1] != 0
			}
			return
		}
		md.values = append(appendKey(md.values, name), value...)
		md.count++
	})
	if r.err != nil {
		return nil, fmt.Errorf("%w: onMetaData: %w", ErrMessage, r.err)
	}
	if v, ok := told["hasVideo"]; ok {
		md.video = v
	}
	if v, ok := told["hasAudio"]; ok {
		md.audio = v
	}
	return md, nil
}

// message builds the onMetaData that players get: without @setDataFrame, and telling truly what is there. A player that is
// promised a sound that never comes waits for it.
func (md *metadata) message(timestamp uint32, video, audio bool) (*message, error) {
	b := make([]byte, 0, len(md.values)+64)
	b = appendString(b, onMetaData)
	b = binary.BigEndian.AppendUint32(append(b, amfECMAArray), md.count+2)
	b = append(b, md.values...)
	b = appendBool(appendKey(b, "hasVideo"), video)
	b = appendBool(appendKey(b, "hasAudio"), audio)
	m, err := newMessage(typeData, timestamp, appendObjectEnd(b))
	if err != nil {
		return nil, err
	}
	m.class = classMetadata
	return m, nil
}
