package hik_test

import (
	"testing"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/internal/sdkway/sdkwaytest"
	"mediapusher/vendor_sdk/hcnetsdk"
)

var sdkAdapter = sdkwaytest.Adapter{
	New:    hik.NewSDK,
	Vendor: device.Hikvision, FirstChannel: 33,
	Open: hcnetsdk.Open, Built: hcnetsdk.Built,
}

func TestSDKContract(t *testing.T) { sdkAdapter.Contract(t) }
