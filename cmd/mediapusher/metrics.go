package main

import (
	"runtime/debug"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/internal/device"
	"mediapusher/internal/metrics"
	"mediapusher/ptz"
	"mediapusher/task"
	"mediapusher/vendor_sdk/supervisor"
)

// newMetrics returns the numbers of this program, all at zero.
func newMetrics(log *zap.Logger) (*metrics.Metrics, error) {
	return metrics.New(metrics.Config{Version: version, Revision: revision(), Log: log})
}

// countingDevices lets logins and workers be counted.
func countingDevices(numbers *metrics.Metrics) watchers {
	return watchers{
		logins:  numbers.Logins(),
		workers: func(vendor device.Vendor) supervisor.Observer { return numbers.Workers(vendor) },
	}
}

// revision is the commit that this program was built from, "" where the build was not told.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return ""
}

var (
	_ metrics.Tasks       = (*task.Scheduler)(nil)
	_ metrics.Accounts    = (*device.Pool)(nil)
	_ ptz.Observer        = (*metrics.Cameras)(nil)
	_ api.Observer        = (*metrics.Requests)(nil)
	_ supervisor.Observer = (*metrics.Workers)(nil)
)
