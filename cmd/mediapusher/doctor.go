package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/vendor_sdk/sdk"
)

// loadLimit is how long a library may take to load.
const loadLimit = 15 * time.Second

// errSick ends the program with an exit code that scripts see; the findings say why.
var errSick = errors.New("something is missing: see above")

// doctorCommand looks at what the service needs on this machine, and says what to do.
type doctorCommand struct {
	SDK    bool   `name:"sdk" help:"Which files of the makers' SDKs are found, missing and loaded."`
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"YAML configuration; MEDIAPUSHER_… variables go over it."`
}

// Run prints the findings. It fails where a maker's library that this program has a binding for cannot be used.
func (c *doctorCommand) Run() error {
	if !c.SDK {
		return errors.New("say what to look at: --sdk")
	}
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("where this program lies: %w", err)
	}
	var sick error
	for _, vendor := range []device.Vendor{device.Hikvision, device.Dahua} {
		if err := examine(context.Background(), os.Stdout, &cfg, program, vendor); err != nil {
			sick = err
		}
	}
	return sick
}

// examine prints what is found of one maker's library, and loads it in a worker.
func examine(ctx context.Context, out io.Writer, cfg *config.Config, program string, vendor device.Vendor) error {
	library := libraries[vendor]
	directory := cfg.SDK.Directory(vendor, filepath.Dir(program))
	fmt.Fprintf(out, "%s: %s (sdk.%s)\n", vendor, directory, vendor)
	_, missing := os.Stat(directory)
	if missing != nil {
		fmt.Fprintln(out, "  there is no such directory: put the maker's files there, as they come, or configure another one")
	} else {
		printParts(out, directory, library.parts(runtime.GOOS))
	}
	switch configured := cfg.SDK.Directory(vendor, "") == directory; {
	case library.notBuilt != nil:
		fmt.Fprintf(out, "  not used: %v\n\n", library.notBuilt)
		return nil
	case missing != nil && configured:
		fmt.Fprint(out, "\n")
		return errSick
	case missing != nil:
		fmt.Fprint(out, "  not used\n\n")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	version, err := newSupervisor(cfg, program, vendor, nil, zap.NewNop()).Version(ctx)
	var load *sdk.LoadError
	switch {
	case err == nil:
		fmt.Fprintf(out, "  loaded: version %s\n\n", version)
		return nil
	case errors.As(err, &load):
		fmt.Fprintf(out, "  not loaded: %v\n", load)
		fmt.Fprint(out, "  what to do: put all files of one SDK of the maker, for this system and x86-64, into this directory;\n"+
			"  what the line above names is missing or spoilt\n\n")
	default:
		fmt.Fprintf(out, "  not loaded: %v\n  what to do: see whether the files belong together, in one version, for this system\n\n", err)
	}
	return errSick
}

func printParts(out io.Writer, directory string, parts []sdk.Part) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, part := range parts {
		path, err := part.Find(directory, runtime.GOOS)
		state, file := "found", part.Names[0]
		switch {
		case path == "":
			state = "not there"
		case err != nil:
			state = "useless"
		}
		if err != nil && part.Needed {
			state += ", NEEDED"
		}
		if relative, relErr := filepath.Rel(directory, path); relErr == nil && path != "" {
			file = relative
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", file, state, part.For)
		var load *sdk.LoadError
		if path != "" && errors.As(err, &load) {
			fmt.Fprintf(table, "  \t\t%s\n", load.Reason)
		}
	}
	_ = table.Flush() // what cannot be printed has no reader
}
