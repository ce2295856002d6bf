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

// Silent and the others are what ends an RTSP source.
var (
	Silent  = &rtspsource.Error{Step: rtspsource.StepRead, Err: rtspsource.ErrSilent}
	Closed  = &rtspsource.Error{Step: rtspsource.StepRead, Err: rtspsource.ErrClosed}
	NoVideo = &rtspsource.Error{Step: rtspsource.StepDescribe, Err: rtspsource.ErrNoVideo}
	Dial    = &rtspsource.Error{Step: rtspsource.StepDial, Err: rtspsource.ErrTimeout}
	Auth    = &rtspsource.Error{Step: rtspsource.StepDescribe, Err: rtspsource.ErrAuth}
	Garbage = &rtspsource.Error{Step: rtspsource.StepDescribe, Err: rtspsource.ErrProtocol}
)

// Status is an answer to DESCRIBE.
func Status(code int) error { return &rtspsource.Error{Step: rtspsource.StepDescribe, Status: code} }
