package osservice

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// copyProgram puts the program from into the place to, which may be the program of a process that runs. Nobody ever sees half of it.
func copyProgram(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("read the program: %w", err)
	}
	defer source.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("make the directory of the program: %w", err)
	}
	return replace(to, 0o755, func(w io.Writer) error {
		_, err := io.Copy(w, source)
		return err
	})
}

// writeFile writes a file as a whole.
func writeFile(path, text string, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return replace(path, mode, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// replace writes a file beside path and gives it path's name when it is complete and on disk.
func replace(path string, mode fs.FileMode, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = errors.Join(write(file), file.Chmod(mode), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // it never was anybody's
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// removeFiles removes files that are there.
func removeFiles(paths ...string) error {
	var failed error
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, fmt.Errorf("remove: %w", err))
		}
	}
	return failed
}

// removeEmpty removes a directory that holds nothing, and tells whether it has gone.
func removeEmpty(path string) bool {
	err := os.Remove(path)
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

// exists tells whether there is something at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
