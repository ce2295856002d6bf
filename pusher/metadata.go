package pusher

import (
	"bytes"
	"encoding/binary"

	"mediapusher/internal/media"
)

// encoderName is what onMetaData says of us.
const encoderName = "mediaPusher"

// metadata builds the body of an @setDataFrame message: "onMetaData" and an ECMA array of what the tracks are. audio is nil where
// none follows: a player that is promised sound waits for it. hasVideo and hasAudio tell web players the same.
func metadata(form videoForm, video, audio *media.Track) ([]byte, error) {
	type property struct {
		key   string
		value any
	}
	properties := []property{
		{"hasVideo", true},
		{"hasAudio", audio != nil},
		{"videocodecid", form.metadataID()},
		{"encoder", encoderName},
	}
	if video.Width > 0 && video.Height > 0 {
		properties = append(properties, property{"width", video.Width}, property{"height", video.Height})
	}
	if video.FrameRate > 0 {
		properties = append(properties, property{"framerate", video.FrameRate})
	}
	if audio != nil {
		properties = append(properties, property{"audiocodecid", codecAAC}, property{"audiosamplesize", 16})
		if audio.SampleRate > 0 {
			properties = append(properties, property{"audiosamplerate", audio.SampleRate})
		}
		if audio.Channels > 0 {
			properties = append(properties, property{"audiochannels", audio.Channels}, property{"stereo", audio.Channels > 1})
		}
	}

	var b bytes.Buffer
	if err := encodeAMF(&b, "@setDataFrame", "onMetaData"); err != nil {
		return nil, err
	}
	// The array is written by hand: the library writes a map in random order.
	b.WriteByte(amfECMAArray)
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(properties))))
	for _, p := range properties {
		b.Write(binary.BigEndian.AppendUint16(nil, uint16(len(p.key))))
		b.WriteString(p.key)
		if err := encodeAMF(&b, p.value); err != nil {
			return nil, err
		}
	}
	b.Write([]byte{0, 0, amfObjectEnd})
	return b.Bytes(), nil
}
