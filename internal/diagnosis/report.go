package diagnosis

import (
	"time"

	"mediapusher/task"
)

// Text is what a person reads, the same in both languages.
type Text struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// Severity says how bad a verdict is.
type Severity string

// The severities: all is as it was wanted, the picture may be missing for some, there is none.
const (
	OK      Severity = "ok"
	Warning Severity = "warning"
	Failure Severity = "error"
)

// The steps behind those of a task.Trace.
const (
	StepServer  task.Step = "server"  // the media server has the stream
	StepViewers task.Step = "viewers" // somebody plays it there
)

// State says how far a step has come.
type State string

// The states of a step.
const (
	Done    State = "done"
	Running State = "running"
	Waiting State = "waiting"
	Failed  State = "failed"
	Warned  State = "warning"
	Unknown State = "unknown"
)

// The kinds of a media server.
const (
	KindSRS      = "srs"
	KindEmbedded = "embedded"
	KindUnknown  = "unknown"
)

// View is what the media server says of one stream.
type View struct {
	// Kind is one of the Kind constants, Version what the server says of itself.
	Kind, Version string
	// Address is where streams are published, API where the server is asked; without secrets, empty where not known.
	Address, API string
	// Known tells that the server could be asked; the rest of the fields but Err say nothing without it.
	Known bool
	// Publishing tells that the server has the stream, and somebody publishes it.
	Publishing    bool
	VideoCodec    string
	BitsPerSecond float64 // 0 where not known
	// Viewers are the players that the server counts: RTMP, HTTP-FLV and WebRTC.
	Viewers int
	// Err is why the server could not be asked; nil where it answered, or is not to be asked.
	Err error
}

// Report explains one session. It holds no secret.
type Report struct {
	Verdict Verdict
	// Steps are in the order in which a picture passes them: task.Steps, StepServer and StepViewers.
	Steps []Step
	// Error is the newest failure of the device that still counts, nil where there is none.
	Error *VendorError
}

// Verdict says in a sentence or two why the picture is black, or that it is not, and what to try next.
type Verdict struct {
	Cause    Cause     `json:"cause"`
	Step     task.Step `json:"step"`
	Severity Severity  `json:"severity"`
	What     Text      `json:"what"`
	Next     Text      `json:"next"`
}

// Step is one stage of the road.
type Step struct {
	Step  task.Step `json:"step"`
	State State     `json:"state"`
	// Took is how many seconds it took, nil where it is not over. Age is since when it is in this state, in seconds; nil where it never
	// began.
	Took *float64 `json:"took"`
	Age  *float64 `json:"age"`
	What Text     `json:"what"`
	// Error are the device's or the server's own words, empty where there are none.
	Error string `json:"error"`
}

// VendorError is what a device said.
type VendorError struct {
	Kind    string    `json:"kind"`
	Code    int       `json:"code"` // the vendor's own, 0 where there is none
	Meaning string    `json:"meaning"`
	Step    task.Step `json:"step"`
}

// Explain makes the report of a session from its trace and what the media server says of its stream, at a moment.
func Explain(trace task.Trace, server View, now time.Time) Report {
	e := &examination{trace: trace, view: server, now: now}
	f := e.find()
	w := f.cause.words()
	fill := e.filler(f)
	return Report{
		Verdict: Verdict{
			Cause: f.cause, Step: f.step, Severity: w.severity, What: fill(w.what), Next: fill(w.next),
		},
		Steps: e.steps(),
		Error: vendorError(f),
	}
}
