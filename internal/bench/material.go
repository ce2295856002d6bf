package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"mediapusher/internal/nvrsim/dhavmux"
	"mediapusher/internal/nvrsim/psmux"
)

// The clip's properties, as scripts/clips.sh makes it.
const (
	clipWidth, clipHeight = 1920, 1080
	clipPictures          = 25    // a second
	clipSampling          = 16000 // Hz
	aacSamples            = 1024  // of a frame
	second                = 90000 // ticks
)

var errMaterial = errors.New("the clip is not what it should be")

// material is the clip's pictures as NAL units and its sound as ADTS frames.
type material struct {
	pictures [][][]byte
	sounds   [][]byte
}

func readMaterial(dir string) (m material, err error) {
	video, err := os.ReadFile(filepath.Join(dir, clipName+".h264"))
	if err != nil {
		return m, fmt.Errorf("clip: %w", err)
	}
	const delimiter = 9 // ITU-T H.264 table 7-1
	for nal := range bytes.SplitSeq(video, []byte{0, 0, 1}) {
		nal = bytes.TrimRight(nal, "\x00")
		switch {
		case len(nal) == 0:
		case nal[0]&0x1F == delimiter:
			m.pictures = append(m.pictures, nil)
		case len(m.pictures) == 0:
			return m, errMaterial
		default:
			m.pictures[len(m.pictures)-1] = append(m.pictures[len(m.pictures)-1], nal)
		}
	}
	audio, err := os.ReadFile(filepath.Join(dir, clipName+".aac"))
	if err != nil {
		return m, fmt.Errorf("clip: %w", err)
	}
	for len(audio) > 0 {
		if len(audio) < 7 {
			return m, errMaterial
		}
		size := int(audio[3]&3)<<11 | int(audio[4])<<3 | int(audio[5])>>5 // ISO/IEC 14496-3 section 1.A.3.2
		if size < 7 || size > len(audio) {
			return m, errMaterial
		}
		m.sounds = append(m.sounds, audio[:size])
		audio = audio[size:]
	}
	if len(m.pictures) == 0 || len(m.sounds) == 0 {
		return m, errMaterial
	}
	return m, nil
}

// play hands out pictures and sound in the order of their times, in ticks, over and over, as long as they return true.
func (m *material) play(picture func(units [][]byte, key bool, at uint64) bool, sound func(frame []byte, at uint64)) (units int) {
	pictures, sounds := 0, 0
	for {
		at := uint64(pictures) * second / clipPictures
		for ; uint64(sounds)*aacSamples*second/clipSampling < at; sounds++ {
			sound(m.sounds[sounds%len(m.sounds)], uint64(sounds)*aacSamples*second/clipSampling)
		}
		nals := m.pictures[pictures%len(m.pictures)]
		const parameterSet = 7
		pictures++
		if !picture(nals, nals[0][0]&0x1F == parameterSet, at) {
			return pictures + sounds
		}
	}
}

// clock is a time on the material's date.
func clock(at uint64) (sinceStart time.Duration, wall time.Time) {
	sinceStart = time.Duration(at) * time.Second / second
	return sinceStart, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Add(sinceStart)
}

// programStream writes so many bytes, a little more, as a recorder's SDK hands over PS.
func (m *material) programStream(size int) (stream []byte, units int) {
	stream = make([]byte, 0, size+size/8)
	w := psmux.New(psmux.Config{
		Video: psmux.H264, Width: clipWidth, Height: clipHeight, Interval: second / clipPictures,
		Audio: psmux.AAC, SampleRate: clipSampling, BitRate: 48000,
	})
	stream = w.AppendHead(stream)
	units = m.play(func(nals [][]byte, key bool, at uint64) bool {
		_, wall := clock(at)
		stream = w.AppendPicture(stream, psmux.Picture{Units: nals, Key: key, PTS: at, DTS: at, Wall: wall})
		return len(stream) < size
	}, func(frame []byte, at uint64) {
		stream = w.AppendSound(stream, psmux.Sound{Data: frame, PTS: at})
	})
	return stream, units
}

// dhav writes so many bytes, a little more, as a recorder's SDK hands over DHAV.
func (m *material) dhav(size int) (stream []byte, units int) {
	stream = make([]byte, 0, size+size/8)
	w := dhavmux.New(dhavmux.Config{
		Video: dhavmux.H264, Width: clipWidth, Height: clipHeight, FrameRate: clipPictures, Audio: dhavmux.AAC, SampleRate: clipSampling,
	})
	units = m.play(func(nals [][]byte, key bool, at uint64) bool {
		since, wall := clock(at)
		stream = w.AppendPicture(stream, dhavmux.Picture{Units: nals, Key: key, Clock: since, Wall: wall})
		return len(stream) < size
	}, func(frame []byte, at uint64) {
		since, wall := clock(at)
		stream = w.AppendSound(stream, dhavmux.Sound{Data: frame, Clock: since, Wall: wall})
	})
	return stream, units
}
