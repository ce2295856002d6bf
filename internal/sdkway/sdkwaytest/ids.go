package sdkwaytest

import "mediapusher/vendor_sdk/native"

// openIDs counts what libraries may call back with.
func openIDs() int64 { return int64(native.OpenIDs()) }
