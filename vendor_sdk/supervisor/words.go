package supervisor

import (
	"bufio"
	"io"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

const (
	maxLine        = 512 // bytes of a line that are kept
	linesPerSecond = 10
	wordsKept      = 3
)

// words is what a worker says on its standard error: libraries print there, and so does whatever ends a process. It goes into the log, a
// few lines a second; the last ones are kept for the error of its end.
type words struct {
	log    *zap.Logger
	secret string

	mu    sync.Mutex
	last  []string
	fatal string // the first line that says why the process ends

	// Of the reader alone.
	second          time.Time
	inSecond, folds int
}

// read reads until the end.
func (w *words) read(from io.Reader) {
	in := bufio.NewReaderSize(from, maxLine)
	for {
		line, more, err := in.ReadLine()
		if err != nil {
			w.fold()
			return
		}
		w.take(string(line))
		for more && err == nil { // the rest of a line that is too long
			_, more, err = in.ReadLine()
		}
	}
}

func (w *words) take(line string) {
	line = strings.TrimSpace(strings.ToValidUTF8(line, "?"))
	if line == "" {
		return
	}
	if w.secret != "" {
		line = strings.ReplaceAll(line, w.secret, "***")
	}
	w.mu.Lock()
	if len(w.last) == wordsKept {
		w.last = append(w.last[:0], w.last[1:]...)
	}
	w.last = append(w.last, line)
	if w.fatal == "" && isFatal(line) {
		w.fatal = line
		if before := len(w.last) - 2; before >= 0 && strings.HasPrefix(line, "SIGABRT") { // whoever aborts says why before
			w.fatal = w.last[before] + " | " + line
		}
	}
	w.mu.Unlock()
	if now := time.Now(); now.Sub(w.second) >= time.Second {
		w.fold()
		w.second, w.inSecond = now, 0
	}
	if w.inSecond++; w.inSecond > linesPerSecond {
		w.folds++
		return
	}
	w.log.Info("the SDK worker says", zap.String("line", line))
}

func (w *words) fold() {
	if w.folds > 0 {
		w.log.Info("the SDK worker says more", zap.Int("lines", w.folds))
		w.folds = 0
	}
}

// isFatal knows how the Go runtime and the sanitizers begin their last words; what follows is long and tells less.
func isFatal(line string) bool {
	for _, prefix := range []string{"fatal error:", "panic:", "SIG", "unexpected fault", "runtime: out of memory"} {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	return strings.Contains(line, "ERROR: AddressSanitizer")
}

// String is what was said last, or what tells more.
func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fatal != "" {
		return w.fatal
	}
	return strings.Join(w.last, " | ")
}
