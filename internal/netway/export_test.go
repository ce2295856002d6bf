package netway

import "mediapusher/internal/rtspsource"

// Candidates lists the URLs that a search asks, best first.
func (s Search) Candidates() []string {
	var all []string
	for _, c := range s.candidates() {
		all = append(all, c.URL(""))
	}
	return all
}

// What ends an RTSP source.
var (
	ErrSilent  = &rtspsource.Error{Step: rtspsource.StepRead, Err: rtspsource.ErrSilent}
	ErrCut     = &rtspsource.Error{Step: rtspsource.StepRead, Err: rtspsource.ErrClosed}
	ErrNoVideo = &rtspsource.Error{Step: rtspsource.StepDescribe, Err: rtspsource.ErrNoVideo}
	ErrDial    = &rtspsource.Error{Step: rtspsource.StepDial, Err: rtspsource.ErrTimeout}
	ErrMute    = &rtspsource.Error{Step: rtspsource.StepDescribe, Err: rtspsource.ErrTimeout}
	ErrAuth    = &rtspsource.Error{Step: rtspsource.StepDescribe, Err: rtspsource.ErrAuth}
	ErrGarbage = &rtspsource.Error{Step: rtspsource.StepDescribe, Err: rtspsource.ErrProtocol}
)

// Status is an answer to DESCRIBE.
func Status(code int) error { return &rtspsource.Error{Step: rtspsource.StepDescribe, Status: code} }

// ParseClock reads the beginning of a clock range.
var ParseClock = parseClock
