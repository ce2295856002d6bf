package rtspsource

import (
	"fmt"
	"strings"
	"time"
)

// settle waits a moment for the answer to a SETUP that the end of the run has cut short: a session whose name is not known cannot be torn
// down, and some recorders have its slot taken until they start anew.
func (s *session) settle() {
	if s.answers.leave() != StepSetup {
		return
	}
	s.drain(func(h *head, body []byte) bool {
		return h.status >= 200 && s.answers.deliver(cleanAnswer(h, body)) != ""
	})
}

// part waits a moment for the answer to TEARDOWN: recorders that see the connection close first keep the session for a while. Where the
// nonce has run out since the last request, TEARDOWN goes out once more.
func (s *session) part() {
	if s.answers.teardownSent() == nil {
		return
	}
	again := false
	s.drain(func(h *head, _ []byte) bool {
		if !s.answers.answersTeardown(h) {
			return false
		}
		if h.status != statusUnauthorized || again || s.auth.refused(h.all("WWW-Authenticate")) != nil {
			return true
		}
		again = true
		return s.tearDownAgain() != nil
	})
}

// tearDownAgain sends the TEARDOWN anew, with the next number and the credentials that the device asks for now.
func (s *session) tearDownAgain() error {
	h, err := parseHead(s.answers.teardownSent())
	if err != nil {
		return err
	}
	authorization, err := s.auth.sign(h.method, h.target)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "TEARDOWN %s RTSP/1.0\r\nCSeq: %d\r\nAuthorization: %s\r\n", h.target, h.cseq()+1, authorization)
	for _, name := range []string{"Session", "User-Agent"} {
		fmt.Fprintf(&b, "%s: %s\r\n", name, h.get(name))
	}
	_, err = s.answers.Write([]byte(b.String() + "\r\n"))
	return err
}

// drain reads on without regard to the media until a message is the last that matters, for lingerTime at most.
func (s *session) drain(last func(h *head, body []byte) bool) {
	limit := time.Now().Add(lingerTime)
	for time.Now().Before(limit) {
		e, err := s.reader.next()
		switch {
		case err != nil:
			return
		case e.kind == kindMessage:
			if h, err := parseHead(e.data); err == nil && last(&h, e.body) {
				return
			}
		case e.kind == kindMore:
			if err := s.socket.SetReadDeadline(limit); err != nil {
				return
			}
			if _, err := s.reader.fill(); err != nil && !isTimeout(err) {
				return
			}
		}
	}
}
