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

func TestSDKNotBuilt(t *testing.T) { sdkAdapter.NotBuilt(t) }

func TestSDKLogins(t *testing.T) { sdkAdapter.Logins(t) }

func TestSDKCrashes(t *testing.T) { sdkAdapter.Crashes(t) }

func TestSDKTracks(t *testing.T) { sdkAdapter.Tracks(t) }

func TestSDKNeighbours(t *testing.T) { sdkAdapter.Neighbours(t) }

func TestSDKCycles(t *testing.T) { sdkAdapter.Cycles(t) }
