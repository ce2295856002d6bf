package task

import (
	"io"
	"testing"

	"mediapusher/pusher"
)

// A server that was away and then refuses, because it still holds the name, is asked again soon.
func TestWaitsForAnAbsentServerDoNotLengthenThoseForARefusal(t *testing.T) {
	l := newLeg(serverAwayWait, serverRefusesWait)
	for range 20 {
		l.failed(&pusher.Error{Step: pusher.StepDial, Err: io.ErrUnexpectedEOF})
		l.calm()
	}
	wait := l.failed(&pusher.Error{Step: pusher.StepPublish, Words: "NetStream.Publish.BadName"})
	l.calm()
	if wait > 2*firstWait {
		t.Errorf("the first wait after a refusal is %v, want about %v", wait, firstWait)
	}
}
