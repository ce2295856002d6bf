package osservice

import (
	"strconv"
	"strings"
	"time"
)

// parseShow reads the properties that `systemctl show` prints, one KEY=VALUE in a line (org.freedesktop.systemd1(5)).
func parseShow(output string) Status {
	properties := make(map[string]string)
	for line := range strings.Lines(output) {
		if key, value, found := strings.Cut(strings.TrimSpace(line), "="); found {
			properties[key] = value
		}
	}
	since := properties["StateChangeTimestamp"]
	status := Status{State: Stopped}
	switch properties["ActiveState"] {
	case "active", "reloading":
		status.State = Running
		since = properties["ActiveEnterTimestamp"]
	case "activating":
		status.State = Starting
	case "deactivating":
		status.State = Stopping
	case "failed":
		status.State = Failed
	}
	if pid, err := strconv.Atoi(properties["MainPID"]); err == nil && pid > 0 {
		status.PID = pid
	}
	// The zone's abbreviation is this system's own, so that it is known here.
	if at, err := time.ParseInLocation("Mon 2006-01-02 15:04:05 MST", since, time.Local); err == nil {
		status.Since = at
	}
	return status
}
