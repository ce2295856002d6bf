package dahua_test

import (
	"testing"

	"mediapusher/dahua"
	"mediapusher/internal/device"
	"mediapusher/internal/sdkway/sdkwaytest"
	"mediapusher/vendor_sdk/dhnetsdk"
)

var sdkAdapter = sdkwaytest.Adapter{
	New:    dahua.NewSDK,
	Vendor: device.Dahua, FirstChannel: 0,
	Open: dhnetsdk.Open, Built: dhnetsdk.Built,
}

func TestSDKContract(t *testing.T) { sdkAdapter.Contract(t) }

func TestSDKNotBuilt(t *testing.T) { sdkAdapter.NotBuilt(t) }

func TestSDKLogins(t *testing.T) { sdkAdapter.Logins(t) }

func TestSDKCrashes(t *testing.T) { sdkAdapter.Crashes(t) }

func TestSDKTracks(t *testing.T) { sdkAdapter.Tracks(t) }

func TestSDKNeighbours(t *testing.T) { sdkAdapter.Neighbours(t) }

func TestSDKCycles(t *testing.T) { sdkAdapter.Cycles(t) }
