package main

import (
	"mediapusher/internal/device"
	"mediapusher/vendor_sdk/dhnetsdk"
	"mediapusher/vendor_sdk/hcnetsdk"
	"mediapusher/vendor_sdk/sdk"
)

// library is the binding of one maker's SDK.
type library struct {
	open     func(directory string) (sdk.Library, error)
	parts    func(system string) []sdk.Part // the files that belong to it
	notBuilt error                          // nil where the binding is in this program
}

// libraries are all bindings.
var libraries = map[device.Vendor]library{
	device.Hikvision: {hcnetsdk.Open, hcnetsdk.Parts, missing(hcnetsdk.Built, hcnetsdk.Open)},
	device.Dahua:     {dhnetsdk.Open, dhnetsdk.Parts, missing(dhnetsdk.Built, dhnetsdk.Open)},
}

// missing returns what a binding says that was left out, nil where it is there.
func missing(built bool, open func(directory string) (sdk.Library, error)) error {
	if built {
		return nil
	}
	_, err := open("")
	return err
}
