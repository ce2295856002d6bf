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
