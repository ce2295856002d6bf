package metrics

import (
	"context"
	"errors"
	"strings"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// Outcomes that are no kind of a device's failure.
const (
	outcomeOK     = "ok"
	outcomeFailed = "failed"
	reasonServer  = "server" // the RTMP server
	reasonWorker  = "worker" // a worker process of ours
	reasonOther   = "other"
)

// reason is the label for an error: one of a closed set. nil is "ok".
func reason(err error) string {
	if err == nil {
		return outcomeOK
	}
	for _, known := range []struct {
		err   error
		label string
	}{
		{task.ErrStopped, "stopped"},
		{task.ErrBeatMissed, "heartbeat_missed"},
		{task.ErrNobodyWaits, "abandoned"},
		{task.ErrOver, "over"},
		{task.ErrClosing, "shutdown"},
		{task.ErrPublish, reasonServer},
		{task.ErrNoPicture, "no_picture"},
		{task.ErrNoRecording, "no_recording"},
	} {
		if errors.Is(err, known.err) {
			return known.label
		}
	}
	var e *device.Error
	switch {
	case errors.As(err, &e) && e.Ours:
		return reasonWorker
	case e != nil:
		return kindLabel(e.Kind)
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return "cancelled"
	default:
		return reasonOther
	}
}

// troubles are the reasons for which a source is tried again. They are there from the start, at zero: Prometheus does not see the first
// step of a series that begins with it.
func troubles() []string {
	list := []string{reasonWorker, reasonOther}
	for _, kind := range []device.Kind{
		device.KindProtocol, device.KindUnreachable, device.KindBusy, device.KindNoSuchChannel, device.KindOffline, device.KindNoData,
	} {
		list = append(list, kindLabel(kind))
	}
	return list
}

// outcomes are those of a start.
func outcomes() []string {
	list := append(troubles(), outcomeOK, reasonServer, "no_picture", "no_recording", "abandoned", "shutdown")
	for _, kind := range []device.Kind{
		device.KindAuth, device.KindLocked, device.KindUnsupported, device.KindNotBuilt, device.KindNotAllowed,
	} {
		list = append(list, kindLabel(kind))
	}
	return list
}

// kindLabel is the name of a kind with underscores; a kind without a name is "other".
func kindLabel(kind device.Kind) string {
	name := kind.String()
	if strings.HasPrefix(name, "kind ") {
		return reasonOther
	}
	return strings.ReplaceAll(name, " ", "_")
}

// vendorLabel keeps the label to the vendors that there are.
func vendorLabel(vendor device.Vendor) string {
	switch vendor {
	case device.Hikvision, device.Dahua:
		return string(vendor)
	default:
		return reasonOther
	}
}

var (
	vendors = []string{string(device.Hikvision), string(device.Dahua)}
	kinds   = []string{task.KindLive, task.KindPlayback}
)
