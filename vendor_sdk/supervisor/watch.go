package supervisor

import (
	"fmt"
	"time"

	"mediapusher/vendor_sdk/wire"
)

// watcher is what is remembered from look to look.
type watcher struct {
	w        *worker
	last     time.Time
	looks    int
	ping     uint32
	unheard  time.Duration // how long the ping has been unanswered
	arrivals uint64
	heard    time.Time // when the worker's library gave its last sign of life
	probe    *pending
	answered time.Time // since when the recorder answers the library, and nothing comes all the same; zero where that is not so
}

// watch looks after the worker until its process has ended, and returns how it ended.
func (w *worker) watch(exited <-chan string) string {
	ticker := time.NewTicker(w.limits.tick)
	defer ticker.Stop()
	now := time.Now()
	look := &watcher{w: w, last: now, heard: now}
	for {
		select {
		case state := <-exited:
			return state
		case <-ticker.C:
			look.look(time.Now())
		}
	}
}

func (l *watcher) look(now time.Time) {
	w := l.w
	gap := now.Sub(l.last)
	if gap > standstill {
		l.forgive(gap) // the worker's answers may lie in the pipe
	}
	l.last = now
	l.looks++
	w.mu.Lock()
	ending, over := w.err != nil, !w.endBy.IsZero() && now.After(w.endBy)
	loaded := w.hello.Version != ""
	w.mu.Unlock()
	if over {
		w.fail(causeCrashed, "it has closed its output")
		w.process.kill()
	}
	if ending || over {
		return
	}
	if l.looks%looksPerPing == 0 {
		if used := memory(w.process.cmd.Process.Pid); used > w.memoryLimit {
			w.fail(causeMemory, fmt.Sprintf("%d MiB", used>>20))
			return
		}
	}
	if p := w.overdue(now); p != nil {
		cause := causeHangs
		if p == w.greeting {
			cause = causeNoStart
		}
		w.fail(cause, fmt.Sprintf("%s did not return within %s", p.name, p.limit))
		return
	}
	if loaded { // while it loads it answers nothing
		l.pingPong(gap)
		l.silence(now)
	}
}

// forgive gives the worker the time that we have not looked.
func (l *watcher) forgive(gap time.Duration) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	for _, p := range l.w.pending {
		if !p.deadline.IsZero() {
			p.deadline = p.deadline.Add(gap)
		}
	}
	if !l.w.endBy.IsZero() {
		l.w.endBy = l.w.endBy.Add(gap)
	}
	l.heard = l.heard.Add(gap)
	l.unheard = 0
}

// overdue returns a request whose time is over.
func (w *worker) overdue(now time.Time) *pending {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.pending {
		if !p.deadline.IsZero() && now.After(p.deadline) {
			return p
		}
	}
	return nil
}

// pingPong asks whether the worker's process runs at all.
func (l *watcher) pingPong(passed time.Duration) {
	w := l.w
	if l.ping == w.pong.Load() {
		l.unheard = 0
		if l.looks%looksPerPing == 0 {
			l.ping++
			w.send(wire.Frame{Type: wire.TypePing, ID: l.ping})
		}
		return
	}
	if l.unheard += min(passed, standstill); l.unheard > w.limits.ping {
		w.fail(causeHangs, fmt.Sprintf("no answer to a ping within %s", w.limits.ping))
	}
}

// silence asks whether the library lives, when nothing comes from it that should: a call that returns, with whatever, is a sign of life.
func (l *watcher) silence(now time.Time) {
	w := l.w
	if arrivals := w.arrivals.Load(); arrivals != l.arrivals {
		l.arrivals, l.heard, l.answered = arrivals, now, time.Time{}
	}
	if l.probe != nil {
		select {
		case r := <-l.probe.replies:
			l.probe, l.heard = nil, now
			if r.err == nil && l.answered.IsZero() {
				l.answered = now
			}
		default:
			return // its own limit ends it
		}
	}
	s, flows := w.flowing()
	switch {
	case flows > 1 && !l.answered.IsZero() && now.Sub(l.answered) >= w.limits.stall:
		// One camera may have nothing to send; that all of them stop at once, while the recorder does what it is asked, is the library.
		w.replace(fmt.Sprintf("the recorder answers, but nothing comes of %d streams", flows))
	case flows > 0 && now.Sub(l.heard) >= w.limits.silence:
		channel := s.channel
		request := wire.Request{Op: wire.KeyFrame, Key: &channel}
		var err error
		if _, l.probe, err = w.ask(request, w.limits.probe, nil, nil); err != nil {
			l.probe = nil // the worker ends
		}
	}
}

// flowing returns a live stream that should flow, and how many there are.
func (w *worker) flowing() (first *Stream, count int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.streams {
		if s.shouldFlow() {
			first = s
			count++
		}
	}
	return first, count
}
