package media

import "context"

// Source brings access units from a device.
type Source interface {
	// Run blocks until ctx ends, the recording ends or the source fails. It calls sink from one goroutine at a time: SetTracks once
	// before the first Write, then Write for each unit. It returns nil at the end of a recording and when ctx ended, an error
	// otherwise; whatever it opened at the device is closed when it returns. A Source may be run again after Run has returned.
	Run(ctx context.Context, sink Sink) error
}

// Sink takes access units.
type Sink interface {
	// SetTracks tells what the stream description promises, one entry for each track. It is called once
	// in each run of a source, before the first Write: before the device is asked to play where it describes its streams, else
	// when the first units show what there is. The slice may be kept, not changed.
	// An error ends the source's run with this error.
	SetTracks(tracks []*Track) error
	// Write takes the unit and the ownership of it, also when it fails. An error ends the source's run with this error.
	Write(au *AccessUnit) error
}
