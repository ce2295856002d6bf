//go:build !(hiksdk && cgo && amd64 && (linux || windows))

package hcnetsdk

import (
	"fmt"

	"mediapusher/vendor_sdk/sdk"
)

// Built says whether this binding is part of the program.
const Built = false

// Open fails with an error that wraps sdk.ErrNotBuilt and says how to build with this binding.
func Open(string) (sdk.Library, error) {
	return nil, fmt.Errorf("HCNetSDK is %w: build with -tags hiksdk (make build-sdk), for x86-64 on Linux or Windows", sdk.ErrNotBuilt)
}
