//go:build !(dahuasdk && cgo && amd64 && (linux || windows))

package dhnetsdk_test

import (
	"errors"
	"strings"
	"testing"

	"mediapusher/vendor_sdk/dhnetsdk"
	"mediapusher/vendor_sdk/sdk"
)

func TestNotBuilt(t *testing.T) {
	if dhnetsdk.Built {
		t.Error("the binding is built in without its tag")
	}
	if _, err := dhnetsdk.Open(t.TempDir()); !errors.Is(err, sdk.ErrNotBuilt) || !strings.Contains(err.Error(), "-tags dahuasdk") {
		t.Errorf("got %v", err)
	}
}
