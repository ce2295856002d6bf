package dhav

// Stats count since New.
type Stats struct {
	// Bytes were given to Write. Skipped of them belong to no whole frame: file headers, indexes, damage.
	Bytes, Skipped uint64
	// Frames were whole, of any type; Units were given to emit.
	Frames, Units uint64
	// Resyncs is how often the next frame had to be searched for, but for the first. Damaged frames had a header and no fitting end, or a
	// payload that is not what its sum or its coding promises. Gaps are breaks in the sequence numbers.
	Resyncs, Damaged, Gaps uint64
	// Ended says that the device has announced the end and nothing came behind it.
	Ended bool
	// Notes say in words what is left out or not believed, "audio coding 0x1f left out". At most eight are kept.
	Notes []string
}

const maxNotes = 8
