package nvrsim

import (
	"fmt"
	"slices"
	"time"
)

// cluster is the unit in which a Dahua recorder gives out its disk; its sizes of files are those given out, not those filled.
const cluster = 40 << 20

// recordedRate is what a second of a file takes on a Hikvision recorder's disk, in bytes.
const recordedRate = 256 << 10

// recordings returns the files of a channel, counted from 1, that have something between two times of the device's wall clock, in the
// order of the configuration and with what the vendor tells about them. The caller owns the slice.
func (r *Recorder) recordings(channel int, from, until time.Time) []Recording {
	if channel < 1 || channel > len(r.channels) {
		return nil
	}
	var found []Recording
	for i, file := range r.channels[channel-1].Recordings {
		if !file.Start.Before(until) || !file.End.After(from) {
			continue
		}
		file.Name = orDefault(file.Name, r.fileName(channel, i, file))
		file.Size = orDefault(file.Size, r.fileSize(file))
		found = append(found, file)
	}
	return found
}

// fileName is the vendor's usual name of a channel's file number i. In Dahua's path channels count from 0.
func (r *Recorder) fileName(channel, i int, file Recording) string {
	if r.cfg.Vendor == Hikvision {
		return fmt.Sprintf("ch%02d_%011d%06d", channel, i+1, 100)
	}
	const clock = "15.04.05"
	return fmt.Sprintf("/mnt/dvr/%s/%d/dav/%02d/1/0/%d/%s-%s[R][0@0][0].dav", file.Start.Format(time.DateOnly), channel-1,
		file.Start.Hour(), 139000+i*32, file.Start.Format(clock), file.End.Format(clock))
}

func (r *Recorder) fileSize(file Recording) int64 {
	size := max(int64(file.End.Sub(file.Start)/time.Second), 1) * recordedRate
	if r.cfg.Vendor == Dahua {
		size = (size + cluster - 1) / cluster * cluster
	}
	return size
}

// newest is the end of a channel's last recording, the zero time where there is none.
func (r *Recorder) newest(channel int) time.Time {
	var last time.Time
	if channel < 1 || channel > len(r.channels) {
		return last
	}
	for _, file := range r.channels[channel-1].Recordings {
		if file.End.After(last) {
			last = file.End
		}
	}
	return last
}

// stretches are the files that a playback runs through, in the order of time and joined where one begins no later than the other ends.
// The last ends with the span; the first begins where it was recorded, so that a key frame before the span is at hand.
func (r *Recorder) stretches(channel int, s span) []Recording {
	files := r.recordings(channel, s.from, s.until)
	slices.SortStableFunc(files, func(a, b Recording) int { return a.Start.Compare(b.Start) })
	var joined []Recording
	for _, file := range files {
		if file.End.After(s.until) {
			file.End = s.until
		}
		last := len(joined) - 1
		switch {
		case last < 0 || file.Start.After(joined[last].End):
			joined = append(joined, file)
		case file.End.After(joined[last].End):
			joined[last].End = file.End
		}
	}
	return joined
}
