package main

import (
	"os"

	"mediapusher/internal/device"
	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/worker"
)

// workerCommand is what the service starts itself as, once for each recorder that it reaches by the maker's library. It is no command for
// people: it speaks the worker protocol and nothing else.
type workerCommand struct {
	Vendor    string `enum:"hikvision,dahua" required:"" help:"Whose library, hikvision or dahua."`
	Directory string `type:"path" help:"Where the library lies."`
}

// Run serves the library until the service ends the input. The process ends then, whatever the library still does.
func (c *workerCommand) Run() error {
	out, err := worker.Detach()
	if err != nil {
		return err
	}
	open := libraries[device.Vendor(c.Vendor)].open
	return worker.New(worker.Config{
		Vendor: c.Vendor, Open: func() (sdk.Library, error) { return open(c.Directory) }, In: os.Stdin, Out: out, Words: os.Stderr,
	}).Run()
}
