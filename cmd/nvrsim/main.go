// Command nvrsim runs a simulated Hikvision and a simulated Dahua recorder, for the demo, the bench and trials by hand.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	var o options
	kong.Parse(&o, kong.Name("nvrsim"), kong.Vars{"auths": auths}, kong.Description(
		"Simulated Hikvision and Dahua recorders. They play clips, carry a readable and a machine-readable clock in the picture, and "+
			"can be told to misbehave: POST faults as JSON to /sim/faults of the control port, read /sim/state and /sim/journal."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends at once
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "nvrsim:", err)
		os.Exit(1)
	}
}

// run starts the recorders, tells where they are, and serves until ctx ends.
func run(ctx context.Context, o options, out io.Writer) error {
	sims, err := o.recorders()
	if err != nil {
		return err
	}
	control, err := newControl(o.Control, sims)
	if err != nil {
		return err
	}
	if err := table(out, o, sims, control); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan error, len(sims)+1)
	for _, s := range sims {
		go func() { results <- s.Run(ctx) }()
	}
	go func() { results <- control.run(ctx) }()
	for range cap(results) {
		if one := <-results; one != nil && err == nil {
			err = one
		}
		cancel()
	}
	return err
}
