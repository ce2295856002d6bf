package api

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"mediapusher/internal/diagnosis"
	"mediapusher/task"
)

// traceView is what explains a session, beside the sessionView.
type traceView struct {
	Verdict diagnosis.Verdict `json:"verdict"`
	Steps   []diagnosis.Step  `json:"steps"`
	Server  serverView        `json:"server_view"`
	Ended   *float64          `json:"ended_age"`
	// Error is the newest failure of the device that still counts.
	Error *diagnosis.VendorError `json:"error"`
}

// serverView is what the media server says of the stream.
type serverView struct {
	Kind          string  `json:"kind"`
	Version       string  `json:"version"`
	Known         bool    `json:"known"`
	Publishing    bool    `json:"publishing"`
	VideoCodec    string  `json:"video_codec"`
	BitsPerSecond float64 `json:"bits_per_second"`
	Viewers       int     `json:"viewers"`
	Error         string  `json:"error"`
}

// endedView is a session that has ended, in a list.
type endedView struct {
	sessionView
	Ended      *float64 `json:"ended_age"`
	Reason     string   `json:"reason"`
	StatusCode int      `json:"status_code"`
}

// traceOfHandle is GET /STREAM/{play_handle}/TRACE: why the caller's picture is black. It does not renew the lease.
func (s *server) traceOfHandle(_ http.ResponseWriter, r *http.Request) reply {
	handle, err := handleOf(r)
	if err != nil {
		return refused(err)
	}
	trace, err := s.tasks.Trace(handle)
	if err != nil {
		return refused(err)
	}
	return s.explained(r, trace)
}

// traceOfSession is GET /STREAMS/{session_id}/TRACE.
func (a *admin) traceOfSession(_ http.ResponseWriter, r *http.Request) reply {
	// The path was written in capitals by normalPath; identifiers have small letters.
	trace, err := a.sessions.TraceOf(strings.ToLower(chi.URLParam(r, "session_id")))
	if err != nil {
		return refused(err)
	}
	return a.server.explained(r, trace)
}

// explained answers with what a session has been through. One that has ended is 605 as for every other call, and tells why all the same.
func (s *server) explained(r *http.Request, trace task.Trace) reply {
	view := diagnosis.View{Kind: diagnosis.KindUnknown}
	if s.cfg.Server != nil {
		view = s.cfg.Server(r.Context(), trace.Snapshot)
	}
	now := s.cfg.Now()
	report := diagnosis.Explain(trace, view, now)
	head := answer{codeNoError, okMessage}
	if !trace.EndedAt.IsZero() {
		head = answer{codeNoPusherFound, message(task.ErrNoSession, "")}
	}
	return reply{status: http.StatusOK, body: struct {
		answer
		sessionView
		traceView
	}{head, newSessionView(trace.Snapshot, now), newTraceView(report, view, age(trace.EndedAt, now))}}
}

func newTraceView(report diagnosis.Report, view diagnosis.View, ended *float64) traceView {
	verdict := report.Verdict
	verdict.What, verdict.Next = unlocked(verdict.What), unlocked(verdict.Next)
	for i := range report.Steps {
		step := &report.Steps[i]
		step.What, step.Error = unlocked(step.What), clean(step.Error, "")
	}
	if report.Error != nil {
		report.Error.Meaning = clean(report.Error.Meaning, "")
	}
	return traceView{
		Verdict: verdict, Steps: report.Steps, Ended: ended, Error: report.Error,
		Server: serverView{
			Kind: view.Kind, Version: clean(view.Version, ""), Known: view.Known, Publishing: view.Publishing,
			VideoCodec: clean(view.VideoCodec, ""), BitsPerSecond: finite(view.BitsPerSecond), Viewers: view.Viewers,
			Error: words(view.Err),
		},
	}
}

// unlocked is a text without credentials in its addresses.
func unlocked(text diagnosis.Text) diagnosis.Text {
	const without = "://" + hidden + "@"
	return diagnosis.Text{EN: userInfo.ReplaceAllString(text.EN, without), ZH: userInfo.ReplaceAllString(text.ZH, without)}
}

// endedViews are the sessions that have ended, the newest first.
func endedViews(past []task.Trace, now time.Time) []endedView {
	views := make([]endedView, 0, len(past))
	for _, t := range past {
		views = append(views, endedView{newSessionView(t.Snapshot, now), age(t.EndedAt, now), words(t.Reason), endCode(t)})
	}
	return views
}

// endCode is the code that a failed start was answered with, or that of what ended a session; 605 where somebody wanted the end.
func endCode(t task.Trace) int {
	for _, wanted := range []error{task.ErrStopped, task.ErrBeatMissed, task.ErrOver} {
		if t.Reason == nil || errors.Is(t.Reason, wanted) {
			return codeNoPusherFound
		}
	}
	if t.Recording != nil {
		return statusCode(t.Reason, codePlayBack)
	}
	return statusCode(t.Reason, codePlayReal)
}
