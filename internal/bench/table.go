package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// The names of the rivals.
const (
	ours   = "mediaPusher"
	theirs = "ffmpeg -c copy"
)

// results keeps all measurements, in the order of the numbers of streams.
type results struct {
	counts  []int
	samples map[string][]sample
}

func key(n int, name string) string { return fmt.Sprint(n, name) }

func (r *results) add(n int, name string, s sample) {
	if r.samples == nil {
		r.samples = make(map[string][]sample)
	}
	if !slices.Contains(r.counts, n) {
		r.counts = append(r.counts, n)
	}
	r.samples[key(n, name)] = append(r.samples[key(n, name)], s)
}

// median of each figure.
func (r *results) median(n int, name string) sample {
	of := func(figure func(sample) float64) float64 {
		var all []float64
		for _, s := range r.samples[key(n, name)] {
			all = append(all, figure(s))
		}
		slices.Sort(all)
		return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	}
	return sample{
		cpu:    of(func(s sample) float64 { return s.cpu }),
		memory: of(func(s sample) float64 { return s.memory }),
		idle:   of(func(s sample) float64 { return s.idle }),
	}
}

// print writes the table and fails where a goal is missed.
func (r *results) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "streams\tprogram\tCPU s / stream-minute\tof ffmpeg's\tmemory MB / stream\tof ffmpeg's\t"+
		"machine idle\truns (CPU)")
	var missed []error
	for _, n := range r.counts {
		rival := r.median(n, theirs)
		for _, name := range []string{ours, theirs} {
			m := r.median(n, name)
			_, _ = fmt.Fprintf(table, "%d\t%s\t%.3f\t%.2f\t%.2f\t%.3f\t%.0f %%\t",
				n, name, m.cpu, m.cpu/rival.cpu, m.memory, m.memory/rival.memory, 100*m.idle)
			for _, s := range r.samples[key(n, name)] {
				_, _ = fmt.Fprintf(table, "%.3f ", s.cpu)
			}
			_, _ = fmt.Fprintln(table)
			if n != goalStreams || name != ours {
				continue
			}
			if m.cpu > goalCPU*rival.cpu {
				missed = append(missed, fmt.Errorf("CPU at %d streams is %.2f of ffmpeg's, the goal is %.2f", n, m.cpu/rival.cpu, goalCPU))
			}
			if m.memory > goalMemory {
				missed = append(missed, fmt.Errorf("memory at %d streams is %.2f MB a stream, the goal is %.2f", n, m.memory, goalMemory))
			}
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return errors.Join(missed...)
}
