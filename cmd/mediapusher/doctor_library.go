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
	"mediapusher/internal/doctor"
	"mediapusher/vendor_sdk/sdk"
)

// loadLimit is how long a library may take to load.
const loadLimit = 15 * time.Second

// ofLibraries loads the makers' libraries, each in a worker.
func ofLibraries(ctx context.Context, cfg *config.Config, program string) []doctor.Finding {
	var findings []doctor.Finding
	for _, vendor := range device.Vendors() {
		directory := cfg.SDK.Directory(vendor, filepath.Dir(program))
		_, missing := os.Stat(directory)
		found := doctor.Library{
			Vendor: string(vendor), Directory: directory, NotBuilt: libraries[vendor].notBuilt != nil, Missing: missing != nil,
			Configured: cfg.SDK.Directory(vendor, "") == directory,
		}
		if !found.NotBuilt && !found.Missing {
			limited, cancel := context.WithTimeout(ctx, loadLimit)
			found.Version, found.Err = newSupervisor(cfg, program, vendor, nil, zap.NewNop()).Version(limited)
			cancel()
		}
		findings = append(findings, doctor.SDK(found))
	}
	return findings
}

// printFiles prints which files of a maker's library are there.
func printFiles(out io.Writer, cfg *config.Config, program string, vendor device.Vendor) {
	directory := cfg.SDK.Directory(vendor, filepath.Dir(program))
	fmt.Fprintf(out, "%s: %s (sdk.%s)\n", vendor, directory, vendor)
	if _, err := os.Stat(directory); err != nil {
		fmt.Fprintln(out, "  not there")
	} else {
		printParts(out, directory, libraries[vendor].parts(runtime.GOOS))
	}
	fmt.Fprintln(out)
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
