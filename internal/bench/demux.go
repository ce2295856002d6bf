package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"mediapusher/internal/dhav"
	"mediapusher/internal/media"
	"mediapusher/internal/mpegps"
)

// The goal of demuxing PS, in bytes a second of CPU: missing it is told and fails nothing, because machines differ. Too many allocations
// for a frame do fail (collections empty the pools now and then, hence not zero).
const (
	goalDemuxing         = 2e9
	maxDemuxAllocations  = 0.05
	demuxPiece           = 64 << 10 // what is given to a demuxer at once
	demuxMaterial        = 200e6    // bytes, about
	gigabyte             = 1e9
	maxUnitsThatAreAmiss = 2 // at the end of the material
)

// demuxer is what the two have in common.
type demuxer interface {
	Write(p []byte) error
	Flush() error
}

// container is one of the two formats, with the material in it.
type container struct {
	name, format string // format is ffmpeg's name
	write        func(size int) (stream []byte, units int)
	open         func(emit func(*media.AccessUnit) error) demuxer

	file   string
	stream []byte
	units  int
}

// demuxed is what one measurement found.
type demuxed struct {
	speed, fromFile, rival float64 // bytes a second of CPU
	allocations            float64 // for each frame
}

// measureDemuxing prints how fast PS and DHAV are demuxed by one core, beside ffmpeg -c copy of the same file.
func measureDemuxing(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "bench-demux-*")
	if err != nil {
		return fmt.Errorf("demuxing: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	clip, err := readMaterial(o.clip)
	if err != nil {
		return fmt.Errorf("demuxing: %w", err)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "demuxing\tMB\tframes\tGB / CPU s\tallocations / frame\tGB / CPU s from a file\t"+theirs+"\tof ffmpeg's")
	var goals strings.Builder
	var failed []error
	for _, c := range demuxContainers(&clip) {
		c.file = filepath.Join(dir, "material")
		c.stream, c.units = c.write(demuxMaterial)
		if err := os.WriteFile(c.file, c.stream, 0o600); err != nil {
			return fmt.Errorf("demuxing: %w", err)
		}
		m, err := c.measure(ctx)
		if err != nil {
			return fmt.Errorf("demuxing %s: %w", c.name, err)
		}
		_, _ = fmt.Fprintf(table, "%s\t%.0f\t%d\t%.2f\t%.4f\t%.2f\t%.2f\t%.1f\n", c.name, float64(len(c.stream))/1e6, c.units,
			m.speed/gigabyte, m.allocations, m.fromFile/gigabyte, m.rival/gigabyte, m.fromFile/m.rival)
		if c.name == "PS" {
			verdict := "goal met"
			if m.speed < goalDemuxing {
				verdict = "goal missed"
			}
			_, _ = fmt.Fprintf(&goals, "%s: PS is demuxed at %.2f GB a CPU second, the goal is %.0f\n", verdict, m.speed/gigabyte,
				goalDemuxing/gigabyte)
		}
		if m.allocations > maxDemuxAllocations {
			failed = append(failed, fmt.Errorf("demuxing %s: %.2f allocations for each frame", c.name, m.allocations))
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	_, _ = fmt.Fprintln(os.Stdout, goals.String())
	return errors.Join(failed...)
}

func demuxContainers(clip *material) []container {
	return []container{
		{
			name: "PS", format: "mpeg", write: clip.programStream,
			open: func(emit func(*media.AccessUnit) error) demuxer { return mpegps.New(emit) },
		},
		{
			name: "DHAV", format: "dhav", write: clip.dhav,
			open: func(emit func(*media.AccessUnit) error) demuxer { return dhav.New(emit) },
		},
	}
}

// measure demuxes once for warmth, then from memory, then from the file, and lets ffmpeg do the same with the file.
func (c *container) measure(ctx context.Context) (m demuxed, err error) {
	if _, err := c.demux(bytes.NewReader(c.stream[:len(c.stream)/8])); err != nil {
		return m, err
	}
	size := float64(len(c.stream))
	began := ownTime()
	before := allocations()
	units, err := c.demux(bytes.NewReader(c.stream))
	if err != nil {
		return m, err
	}
	m.allocations = float64(allocations().objects-before.objects) / float64(max(units, 1))
	m.speed = size / (ownTime() - began).Seconds()
	if units < c.units-maxUnitsThatAreAmiss || units > c.units {
		return m, fmt.Errorf("%d access units, %d were written", units, c.units)
	}
	file, err := os.Open(c.file)
	if err != nil {
		return m, fmt.Errorf("material: %w", err)
	}
	defer file.Close()
	began = ownTime()
	if _, err := c.demux(file); err != nil {
		return m, err
	}
	m.fromFile = size / (ownTime() - began).Seconds()
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-f", c.format, "-i", c.file, "-map", "0", "-c", "copy",
		"-f", "null", "-")
	if out, err := cmd.CombinedOutput(); err != nil {
		return m, fmt.Errorf("ffmpeg: %w: %s", err, out)
	}
	m.rival = size / (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return m, nil
}

// demux counts the units of a stream that comes in pieces.
func (c *container) demux(from io.Reader) (units int, err error) {
	d := c.open(func(au *media.AccessUnit) error {
		units++
		au.Release()
		return nil
	})
	piece := make([]byte, demuxPiece)
	for {
		n, err := from.Read(piece)
		if err := d.Write(piece[:n]); err != nil {
			return units, err //nolint:wrapcheck // says what it is
		}
		if errors.Is(err, io.EOF) {
			return units, d.Flush() //nolint:wrapcheck // says what it is
		}
		if err != nil {
			return units, fmt.Errorf("material: %w", err)
		}
	}
}

// ownTime is the CPU time of this process, collections included.
func ownTime() time.Duration {
	seconds, err := onProcessor(os.Getpid())
	if err != nil {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
