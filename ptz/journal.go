package ptz

// Journal holds the movements whose stop is not confirmed, over the end of the process. Its methods may be called from several
// goroutines.
type Journal interface {
	// Note puts a movement down: when it returns the movement outlives the process. One of the same camera and command is replaced.
	Note(entry Entry) error
	// Strike takes a movement out. One that is not there is no error.
	Strike(entry Entry) error
	// Entries returns what earlier processes left. Entries beside an error are good. The caller owns the slice.
	Entries() ([]Entry, error)
}

// Entry is one movement in a Journal.
type Entry struct {
	// Key is Camera.Key.
	Key     string
	Command Command
	// Access is Camera.Access, which holds a password.
	Access []byte
}

// String shows no secret.
func (e Entry) String() string { return e.Command.String() + " of " + e.Key }

// GoString shows no secret either.
func (e Entry) GoString() string { return e.String() }
