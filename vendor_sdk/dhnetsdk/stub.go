//go:build !(dahuasdk && cgo && amd64 && (linux || windows))

package dhnetsdk

import (
	"fmt"

	"mediapusher/vendor_sdk/sdk"
)

// Built says whether this program holds the binding.
const Built = false

// Open fails with an error that wraps sdk.ErrNotBuilt and says how to build with this binding.
func Open(string) (sdk.Library, error) {
	return nil, fmt.Errorf("dhnetsdk is %w: build with -tags dahuasdk (make build-sdk), for x86-64 on Linux or Windows", sdk.ErrNotBuilt)
}
