package dahua_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"mediapusher/dahua"
	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/internal/netway/netwaytest"
)

func TestMain(m *testing.M) {
	if sdkAdapter.Worker() {
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

var adapter = netwaytest.Adapter{
	New:    func(cfg netway.Config) device.Driver { return dahua.New(cfg) },
	Vendor: device.Dahua, SDKPort: 37777, FirstChannel: 0,
}

func TestContract(t *testing.T) { adapter.Contract(t) }

func TestRTSPAlone(t *testing.T) { adapter.RTSPAlone(t) }

func TestRefusals(t *testing.T) { adapter.Refusals(t) }

func TestRecordings(t *testing.T) { adapter.Recordings(t) }

func TestSlow(t *testing.T) { adapter.Slow(t, "/cgi-bin/configManager.cgi") }
