//go:build !(hiksdk && cgo && amd64 && (linux || windows))

package hcnetsdk_test

import (
	"errors"
	"strings"
	"testing"

	"mediapusher/vendor_sdk/hcnetsdk"
	"mediapusher/vendor_sdk/sdk"
)

func TestOpenWithoutTheTag(t *testing.T) {
	_, err := hcnetsdk.Open(t.TempDir())
	if hcnetsdk.Built || !errors.Is(err, sdk.ErrNotBuilt) || !strings.Contains(err.Error(), "-tags hiksdk") {
		t.Errorf("built %t, error %v", hcnetsdk.Built, err)
	}
}
