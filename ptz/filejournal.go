package ptz

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"
)

// FileJournal is a Journal in a directory: one small sealed file for each movement. Several processes may use the same directory: each
// works in a part of its own, which it holds with a lock that ends with the process, and takes over the parts of dead ones. On Unix
// the files can be read by the user of the service alone; on Windows the directory must be one that only the service's account can
// read. Its methods may be called from several goroutines.
type FileJournal struct {
	log  *zap.Logger
	seal seal
	part string // the directory of this process
	lock *os.File
}

var _ Journal = (*FileJournal)(nil)

const (
	entrySuffix = ".move"
	maxParts    = 64      // processes with the same directory
	maxEntry    = 1 << 20 // bytes of one entry
	maxEntries  = 4096    // of one part
)

var errNoPart = errors.New("no part of the directory is free")

// OpenJournal makes the directory where it is not there, takes a part of it and takes over what dead processes left in theirs. log may
// be nil.
func OpenJournal(dir string, log *zap.Logger) (*FileJournal, error) {
	if log == nil {
		log = zap.NewNop()
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var own *FileJournal
	for n := range maxParts {
		part := filepath.Join(dir, fmt.Sprintf("part%d", n))
		if _, err := os.Lstat(part); err != nil && own != nil {
			continue
		}
		j, err := openPart(part, log)
		switch {
		case errors.Is(err, errLocked):
		case own != nil && err != nil:
			log.Warn("a part of the journal of camera movements cannot be read", zap.String("part", part), zap.Error(err))
		case err != nil:
			return nil, err
		case own == nil:
			own = j
		default:
			own.takeOver(j)
		}
	}
	if own == nil {
		return nil, errNoPart
	}
	return own, nil
}

// openPart takes the lock of a part, and makes its key where there is none: nobody else is there to do the same.
func openPart(part string, log *zap.Logger) (*FileJournal, error) {
	if err := os.MkdirAll(part, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(part, "lock"))
	if err != nil {
		return nil, err
	}
	key, err := openKey(filepath.Join(part, "key"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the key of the journal: %w", err), lock.Close())
	}
	return &FileJournal{log: log, seal: key, part: part, lock: lock}, nil
}

// Close gives the part of this process free. What is in the journal stays.
func (j *FileJournal) Close() error { return j.lock.Close() }

// Note implements Journal: the entry is written beside, forced to the disk and put in its place in one step.
func (j *FileJournal) Note(entry Entry) error {
	text, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	name := entryName(entry)
	return writeDurably(filepath.Join(j.part, name), j.seal.close(text, name))
}

// Strike implements Journal.
func (j *FileJournal) Strike(entry Entry) error {
	err := os.Remove(filepath.Join(j.part, entryName(entry)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Entries implements Journal. What is damaged or of another key is told to the log and removed; what the disk does not give now stays for
// the next time, since it is all that is known of a camera that may be moving.
func (j *FileJournal) Entries() ([]Entry, error) {
	names, err := entryNames(j.part)
	var entries []Entry
	for _, name := range names {
		entry, failed := j.read(name)
		switch {
		case failed == nil:
		case errors.Is(failed, errDamaged), errors.Is(failed, ErrCommand):
			j.log.Warn("an entry of the journal of camera movements is damaged or of another key and is removed", zap.String("entry", name),
				zap.Error(failed), zap.NamedError("removal", os.Remove(filepath.Join(j.part, name))))
			continue
		default:
			err = errors.Join(err, failed)
			continue
		}
		entries = append(entries, entry)
	}
	return entries, err
}

func (j *FileJournal) read(name string) (Entry, error) {
	var entry Entry
	info, err := os.Lstat(filepath.Join(j.part, name))
	if err != nil {
		return entry, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxEntry {
		return entry, errDamaged
	}
	sealed, err := os.ReadFile(filepath.Join(j.part, name))
	if err != nil {
		return entry, err
	}
	text, err := j.seal.open(sealed, name)
	if err != nil {
		return entry, err
	}
	if err := json.Unmarshal(text, &entry); err != nil {
		return entry, errDamaged
	}
	_, err = NewCommand(int(entry.Command))
	return entry, err
}

// takeOver moves the entries of a process that is gone into the part of this one, and closes the other part.
func (j *FileJournal) takeOver(dead *FileJournal) {
	entries, err := dead.Entries()
	for _, entry := range entries {
		noteErr := j.Note(entry)
		if noteErr == nil {
			noteErr = dead.Strike(entry)
		}
		err = errors.Join(err, noteErr)
	}
	if err = errors.Join(err, dead.Close()); err != nil {
		j.log.Warn("entries of the journal of camera movements are not taken over", zap.Error(err))
	}
}

// entryNames returns the entries of a part, and clears what a killed process was about to write.
func entryNames(part string) ([]string, error) {
	files, err := os.ReadDir(part)
	var names []string
	for _, file := range files {
		switch name := file.Name(); {
		case strings.HasSuffix(name, temporarySuffix):
			_ = os.Remove(filepath.Join(part, name))
		case strings.HasSuffix(name, entrySuffix) && len(names) < maxEntries:
			names = append(names, name)
		}
	}
	return names, err
}

// entryName is the same for the same camera and command, and tells neither.
func entryName(entry Entry) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", entry.Command, entry.Key))
	return hex.EncodeToString(sum[:16]) + entrySuffix
}
