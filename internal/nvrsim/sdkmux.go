package nvrsim

import (
	"time"

	"mediapusher/internal/nvrsim/clips"
	"mediapusher/internal/nvrsim/dhavmux"
	"mediapusher/internal/nvrsim/psmux"
)

// sdkFrame is one frame at its time.
type sdkFrame struct {
	*clips.Frame
	track    *clips.Track
	video    bool
	pts, dts int64 // in 1/90000 s
	clock    time.Duration
	wall     time.Time
}

// sdkMuxer makes what a vendor's SDK hands over.
type sdkMuxer interface {
	// head is what comes first, nil where nothing does.
	head() []byte
	// frame appends a frame.
	frame(b []byte, frame sdkFrame, f Faults) []byte
}

// privateEvery is the distance in pictures of what is neither picture nor sound.
const privateEvery = 50

func newSDKMuxer(r *Recorder, clip *clips.Clip, channel int) sdkMuxer {
	quirks := r.channels[channel-1].Quirks
	if r.cfg.Vendor == Dahua {
		return newDHAV(clip, channel, quirks)
	}
	return newPS(clip, quirks)
}

type psMuxer struct{ m *psmux.Muxer }

func newPS(clip *clips.Clip, quirks Quirks) psMuxer {
	v := clip.Video
	cfg := psmux.Config{
		Video: psmux.H264, Width: v.Width, Height: v.Height, Interval: int(in90k(&v.Track, v.Ticks)), OpenLength: quirks.OpenPES,
		PrivateEvery: privateEvery,
	}
	if v.Codec == clips.H265 {
		cfg.Video = psmux.H265
	}
	if quirks.LargePES {
		cfg.MaxPES = 65000
	}
	if a := clip.Audio; a != nil {
		cfg.SampleRate, cfg.BitRate = int(a.ClockRate), 64000
		switch a.Codec {
		case clips.AAC:
			cfg.Audio, cfg.BitRate = psmux.AAC, 32000
		case clips.PCMA:
			cfg.Audio = psmux.ALaw
		default:
			cfg.Audio = psmux.MuLaw
		}
		if quirks.SampleClock && a.Codec != clips.AAC {
			cfg.AudioClock = a.ClockRate
		}
	}
	if clip.Audio == nil && quirks.GhostAudio {
		cfg.Audio, cfg.SampleRate, cfg.BitRate = psmux.AAC, 16000, 32000
	}
	return psMuxer{psmux.New(cfg)}
}

func (m psMuxer) head() []byte { return m.m.AppendHead(nil) }

func (m psMuxer) frame(b []byte, frame sdkFrame, f Faults) []byte {
	b = strayed(b, f)
	if !frame.video {
		return m.m.AppendSound(b, psmux.Sound{Data: frame.Units[0].Data, PTS: uint64(frame.pts)})
	}
	return m.m.AppendPicture(b, psmux.Picture{
		Units: frame.units(f), Key: frame.Key, PTS: uint64(frame.pts), DTS: uint64(frame.dts), Wall: frame.wall,
	})
}

type dhavMuxer struct{ m *dhavmux.Muxer }

func newDHAV(clip *clips.Clip, channel int, quirks Quirks) dhavMuxer {
	v := clip.Video
	cfg := dhavmux.Config{
		Channel: byte(channel - 1), Video: dhavmux.H264, Width: v.Width, Height: v.Height, FrameRate: int(v.Rate() + 0.5),
		DataEvery: privateEvery,
	}
	if v.Codec == clips.H265 {
		cfg.Video = dhavmux.H265
	}
	if quirks.ClockJitter {
		cfg.Jitter = dhavmux.SampleJitter()
	}
	if a := clip.Audio; a != nil {
		cfg.Audio = map[clips.Codec]dhavmux.Coding{clips.AAC: dhavmux.AAC, clips.PCMA: dhavmux.ALaw, clips.PCMU: dhavmux.MuLaw}[a.Codec]
		cfg.SampleRate = int(a.ClockRate)
	}
	return dhavMuxer{dhavmux.New(cfg)}
}

func (m dhavMuxer) head() []byte { return nil }

func (m dhavMuxer) frame(b []byte, frame sdkFrame, f Faults) []byte {
	b = strayed(b, f)
	if !frame.video {
		return m.m.AppendSound(b, dhavmux.Sound{Data: frame.Units[0].Data, Clock: frame.clock, Wall: frame.wall})
	}
	return m.m.AppendPicture(b, dhavmux.Picture{Units: frame.units(f), Key: frame.Key, Clock: frame.clock, Wall: frame.wall})
}

// strayed appends bytes that belong to nothing, where the fault asks for them.
func strayed(b []byte, f Faults) []byte {
	if f.StrayBytes {
		b = append(b, "\x00\xffstray bytes\r\n\x01\x02"...)
	}
	return b
}

// units are the NAL units that go out.
func (frame sdkFrame) units(f Faults) [][]byte {
	units := make([][]byte, 0, len(frame.Units)+1)
	for _, unit := range frame.Units {
		if !unit.ParameterSet || !f.NoParameterSets {
			units = append(units, unit.Data)
		}
	}
	if f.GarbageNAL {
		const headers, length = 16, 11 // behind those of interleaving and RTP, up to its start code
		units = append(units, []byte(garbage[headers:headers+length]))
	}
	return units
}

// in90k turns ticks of a track into 1/90000 s.
func in90k(t *clips.Track, ticks int64) int64 {
	const clock = 90000
	return ticks/t.ClockRate*clock + ticks%t.ClockRate*clock/t.ClockRate
}

func in90kOf(d time.Duration) int64 { return int64(d/time.Millisecond) * 90 }
