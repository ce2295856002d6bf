package diagnosis

import (
	"time"

	"mediapusher/task"
)

// living tells whether the session goes on.
func (e *examination) living() bool { return e.trace.EndedAt.IsZero() }

// over tells whether a moment that there was is longer ago than limit.
func (e *examination) over(at time.Time, limit time.Duration) bool {
	return !at.IsZero() && e.now.Sub(at) > limit
}

// acceptedAt is when the newest publish was accepted.
func (e *examination) acceptedAt() time.Time {
	if p := e.passage(task.StepPublish); p.State == task.PassageDone {
		return p.Ended
	}
	return time.Time{}
}

// up tells whether all steps of a leg are done.
func (e *examination) up(leg string) bool {
	for _, p := range e.trace.Passages {
		if p.Step.Leg() == leg && p.State != task.PassageDone {
			return false
		}
	}
	return true
}

// passage is how far a step has come.
func (e *examination) passage(step task.Step) task.Passage {
	for _, p := range e.trace.Passages {
		if p.Step == step {
			return p
		}
	}
	return task.Passage{Step: step, State: task.PassageWaiting}
}

func (e *examination) reached(step task.Step) bool { return e.passage(step).State == task.PassageDone }

// failedStep is the step that failed, or else where the session stands.
func (e *examination) failedStep() task.Step {
	for _, p := range e.trace.Passages {
		if p.State == task.PassageFailed {
			return p.Step
		}
	}
	return e.frontier()
}

// frontier is the first step that is not done.
func (e *examination) frontier() task.Step {
	for _, p := range e.trace.Passages {
		if p.State != task.PassageDone {
			return p.Step
		}
	}
	return task.StepSend
}
