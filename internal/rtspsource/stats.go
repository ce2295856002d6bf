package rtspsource

import "sync/atomic"

// Stats count since New, over all runs of a source.
type Stats struct {
	// Bytes were read from the connection; Packets are RTP packets of the tracks in use; Units were handed to the sink.
	Bytes, Packets, Units uint64
	// Lost packets are gaps in the sequence numbers. Bad packets could not be used: an RTP header or payload that breaks its
	// format, a foreign payload type, a late copy; runs of stray bytes count as one.
	Lost, Bad uint64
	// Notes say in words what the newest stream description offers and is not carried, "audio G726-32 left out".
	Notes []string
}

type counters struct {
	bytes, packets, units, lost, bad atomic.Uint64
	notes                            atomic.Pointer[[]string]
}

// Stats returns the counters. Any goroutine may call it at any time; the slice is not to be changed.
func (s *Source) Stats() Stats {
	c := &s.counters
	stats := Stats{
		Bytes: c.bytes.Load(), Packets: c.packets.Load(), Units: c.units.Load(), Lost: c.lost.Load(), Bad: c.bad.Load(),
	}
	if notes := c.notes.Load(); notes != nil {
		stats.Notes = *notes
	}
	return stats
}
