// Package clips owns what the simulated recorders play: it reads elementary streams with their index, cuts them into access units and
// makes the RTP packets of each once, so that sending a frame is one copy, a few patched header fields and one write.
//
// scripts/clips.sh makes the clips. Those in this directory are embedded.
package clips

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

//go:embed *.json *.h264 *.h265 *.aac *.alaw *.ulaw
var embedded embed.FS

// Embedded returns the clips of this directory.
func Embedded() fs.FS { return embedded }

// Codec names a coding as the index does.
type Codec string

// The codings of clips.
const (
	H264 Codec = "H264"
	H265 Codec = "H265"
	AAC  Codec = "AAC"
	PCMA Codec = "PCMA"
	PCMU Codec = "PCMU"
)

// Clip is a loop of pictures, and of sound where Audio is not nil. It does not change once it is loaded and may be played by any
// number of streams at once.
type Clip struct {
	Name  string
	Video *Video
	Audio *Audio
}

// Track is what pictures and sound have in common. The loop of each track is as long as its frames are; that of the sound may be a
// multiple of that of the pictures.
type Track struct {
	Codec Codec
	// ClockRate is in Hz, Ticks the length of a frame in it.
	ClockRate int64
	Ticks     int64
	// Frames are in the order of coding.
	Frames []Frame
}

// Video is the pictures of a clip.
type Video struct {
	Track
	Width, Height int
	// VPS (H.265 only), SPS and PPS are those of the first picture, without start code.
	VPS, SPS, PPS []byte
}

// Audio is the sound of a clip.
type Audio struct {
	Track
	// Config is the AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1) of AAC, else nil.
	Config []byte
}

// Frame is one access unit, or one audio frame, as interleaved RTP packets.
type Frame struct {
	// Wire holds the packets one behind the other: '$', channel, length (RFC 2326 section 10.12), RTP header, payload. Channel, payload
	// type, sequence number, timestamp and SSRC are 0.
	Wire    []byte
	Packets []Packet
	// Units are the same as NAL units without start codes and delimiters. Of sound it is one, the frame, with its ADTS header where it
	// is AAC.
	Units []Unit
	// PTS is in ticks of the clock from the start of the loop.
	PTS int64
	// Key says that decoding can start here.
	Key bool
}

// Packet is one interleaved packet of a Frame.
type Packet struct {
	// Start and End are places in Wire; Start is that of the '$'.
	Start, End int
	// ParameterSet says that the payload is a VPS, SPS or PPS.
	ParameterSet bool
}

// Unit is one NAL unit of a Frame.
type Unit struct {
	Data []byte
	// ParameterSet says that it is a VPS, SPS or PPS.
	ParameterSet bool
}

// Rate is the number of frames in a second.
func (t *Track) Rate() float64 { return float64(t.ClockRate) / float64(t.Ticks) }

// Length is the length of the loop in ticks.
func (t *Track) Length() int64 { return t.Ticks * int64(len(t.Frames)) }

// GOP is the number of frames from the first key frame to the next.
func (t *Track) GOP() int {
	for i := 1; i < len(t.Frames); i++ {
		if t.Frames[i].Key {
			return i
		}
	}
	return len(t.Frames)
}

// index is the form of a clip's NAME.json.
type index struct {
	Video struct {
		Codec     Codec  `json:"codec"`
		File      string `json:"file"`
		Width     int    `json:"width"`
		Height    int    `json:"height"`
		ClockRate int64  `json:"clock_rate"`
		Ticks     int64  `json:"ticks"`
		// Order is the place in the order of presentation of each picture in the order of coding; empty where they agree.
		Order []int64 `json:"order"`
	} `json:"video"`
	Audio *struct {
		Codec     Codec  `json:"codec"`
		File      string `json:"file"`
		ClockRate int64  `json:"clock_rate"`
		Ticks     int64  `json:"ticks"`
	} `json:"audio"`
}

// Library loads clips. Clips that share a file share its packets. It is not safe for concurrent use.
type Library struct {
	files  fs.FS
	clips  map[string]*Clip
	videos map[string]*Video
	audios map[string]*Audio
}

// NewLibrary reads from files, or from the embedded clips where files is nil.
func NewLibrary(files fs.FS) *Library {
	if files == nil {
		files = embedded
	}
	return &Library{files, make(map[string]*Clip), make(map[string]*Video), make(map[string]*Audio)}
}

// Load returns the clip NAME.json describes.
func (l *Library) Load(name string) (*Clip, error) {
	if clip, ok := l.clips[name]; ok {
		return clip, nil
	}
	clip, err := l.load(name)
	if err != nil {
		return nil, fmt.Errorf("clip %q: %w", name, err)
	}
	l.clips[name] = clip
	return clip, nil
}

func (l *Library) load(name string) (*Clip, error) {
	text, err := fs.ReadFile(l.files, name+".json")
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	var ix index
	if err := json.Unmarshal(text, &ix); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	clip := &Clip{Name: name}
	if clip.Video, err = l.video(&ix); err != nil {
		return nil, err
	}
	if ix.Audio == nil {
		return clip, nil
	}
	clip.Audio, err = l.audio(&ix)
	return clip, err
}

func (l *Library) video(ix *index) (*Video, error) {
	in := ix.Video
	if video, ok := l.videos[in.File]; ok {
		return video, nil
	}
	stream, err := fs.ReadFile(l.files, in.File)
	if err != nil {
		return nil, fmt.Errorf("pictures: %w", err)
	}
	video := &Video{Track: Track{Codec: in.Codec, ClockRate: in.ClockRate, Ticks: in.Ticks}, Width: in.Width, Height: in.Height}
	if err := video.cut(stream, in.Order); err != nil {
		return nil, fmt.Errorf("%s: %w", in.File, err)
	}
	l.videos[in.File] = video
	return video, nil
}

func (l *Library) audio(ix *index) (*Audio, error) {
	in := ix.Audio
	if audio, ok := l.audios[in.File]; ok {
		return audio, nil
	}
	stream, err := fs.ReadFile(l.files, in.File)
	if err != nil {
		return nil, fmt.Errorf("sound: %w", err)
	}
	audio := &Audio{Track: Track{Codec: in.Codec, ClockRate: in.ClockRate, Ticks: in.Ticks}}
	if err := audio.cut(stream); err != nil {
		return nil, fmt.Errorf("%s: %w", in.File, err)
	}
	l.audios[in.File] = audio
	return audio, nil
}
