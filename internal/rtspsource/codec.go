package rtspsource

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/bluenviron/mediacommon/pkg/codecs/mpeg4audio"

	"mediapusher/internal/media"
)

// maxChannels is the most channels that audio may have.
const maxChannels = 8

// spropUnits decodes parameter sets: base64, separated by commas. Empty ones (Hikvision ends the list with a comma) and unreadable ones
// are skipped, start codes in front or between are taken off.
func spropUnits(value string) [][]byte {
	var units [][]byte
	for text := range strings.SplitSeq(value, ",") {
		text = strings.TrimRight(strings.Trim(text, ` "`), "=")
		raw, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil {
			continue
		}
		for rest := raw; rest != nil; {
			var nal []byte
			if nal, rest = cutStartCode(rest); len(nal) > 2 {
				units = append(units, bytes.Clone(nal))
			}
		}
	}
	return units
}

// audioStream returns nil for what cannot be carried.
func (d *description) audioStream(c coding) *stream {
	if c.channels < 1 || c.channels > maxChannels {
		return nil
	}
	switch c.name {
	case "PCMA":
		return pcmStream(c, media.PCMA, 1, networkOrder)
	case "PCMU":
		return pcmStream(c, media.PCMU, 1, networkOrder)
	case "L16":
		// Hikvision's payload type 11 holds little-endian samples, whatever RFC 3551 says.
		if d.hikvision && c.payloadType == 11 {
			return pcmStream(c, media.L16, 2, littleEndian)
		}
		return pcmStream(c, media.L16, 2, networkOrder)
	case "PCM":
		// Seen from Hikvision as "PCM/48000".
		return pcmStream(c, media.L16, 2, littleEndian)
	case "MPEG4-GENERIC":
		return aacStream(c)
	default:
		return nil
	}
}

// byteOrder is that of PCM samples in a payload.
type byteOrder uint8

const (
	networkOrder byteOrder = iota
	littleEndian
)

func pcmStream(c coding, codec media.Codec, sampleSize int, order byteOrder) *stream {
	return &stream{
		desc: &media.Track{Codec: codec, SampleRate: c.rate, Channels: c.channels},
		build: func(t *track) depacketiser {
			return &pcm{track: t, block: sampleSize * c.channels, littleEndian: order == littleEndian}
		},
	}
}

// aacStream reads RFC 3640's parameters. A description without config= is completed from rate and channels: AAC low complexity is all
// that recorders send. The config wins over a=rtpmap where they differ; the RTP clock is always that of a=rtpmap.
func aacStream(c coding) *stream {
	raw, config := audioConfig(c)
	if raw == nil {
		return nil
	}
	samples := aacFrameSamples
	if config.FrameLengthFlag {
		samples = aacShortFrameSamples
	}
	layout := aacLayout{
		size:       number(c.params["sizelength"], 13),
		index:      number(c.params["indexlength"], 3),
		indexDelta: number(c.params["indexdeltalength"], 3),
	}
	if strings.EqualFold(c.params["mode"], "AAC-lbr") && c.params["sizelength"] == "" {
		layout = aacLayout{size: 6, index: 2, indexDelta: 2}
	}
	if !layout.valid() {
		return nil
	}
	return &stream{
		desc: &media.Track{Codec: media.AAC, AudioConfig: raw, SampleRate: config.SampleRate, Channels: config.ChannelCount},
		build: func(t *track) depacketiser {
			return &aac{track: t, layout: layout, frameTicks: int64(samples) * int64(c.rate) / int64(config.SampleRate)}
		},
	}
}

// The sample rates of AAC (ISO/IEC 14496-3 table 1.18).
const (
	minAACRate = 7350
	maxAACRate = 96000
)

// audioConfig returns an AudioSpecificConfig and what it says, nil where there is none to be had.
func audioConfig(c coding) (raw []byte, config mpeg4audio.AudioSpecificConfig) {
	var err error
	if text := c.params["config"]; text != "" {
		if raw, err = hex.DecodeString(text); err != nil || config.Unmarshal(raw) != nil {
			return nil, config
		}
	} else {
		config = mpeg4audio.AudioSpecificConfig{Type: mpeg4audio.ObjectTypeAACLC, SampleRate: c.rate, ChannelCount: c.channels}
		if raw, err = config.Marshal(); err != nil {
			return nil, config
		}
	}
	if config.SampleRate < minAACRate || config.SampleRate > maxAACRate {
		return nil, config
	}
	return raw, config
}

// number reads a parameter that may be missing.
func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}
