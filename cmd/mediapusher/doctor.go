package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/doctor"
)

// errSick ends the program with an exit code that scripts see; the findings say why.
var errSick = errors.New("something is broken: see above")

// doctorCommand looks at this machine, the media server and recorders, and says what to do.
type doctorCommand struct {
	Addresses []string `arg:"" optional:"" name:"address" help:"Recorders to look at, each with one login."`
	SDK       bool     `name:"sdk" help:"Look at the makers' SDKs alone: which files are found, missing and loaded."`
	Publish   bool     `help:"Publish test streams for up to 30 s: do the server and its hooks let them in, how long may they be silent?"`
	Lang      string   `help:"en or zh. Default: by LC_ALL, LC_MESSAGES and LANG."`
	access
	configFile
}

// Run prints the findings. It fails where something is broken.
func (c *doctorCommand) Run() error {
	var (
		password device.Secret
		err      error
	)
	if len(c.Addresses) > 0 && !c.SDK {
		if password, err = c.password(os.Stdin, os.Stderr); err != nil {
			return err
		}
	}
	findings, err := c.examine(context.Background(), os.Stdout, password)
	if err != nil {
		return err
	}
	if err := doctor.Print(os.Stdout, c.language(), findings); err != nil {
		return err
	}
	if doctor.Worst(findings) == doctor.Broken {
		return errSick
	}
	return nil
}

func (c *doctorCommand) language() doctor.Language {
	return doctor.LanguageOf(cmp.Or(c.Lang, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")))
}

// examine makes all checks. Tables of files go to out.
func (c *doctorCommand) examine(ctx context.Context, out io.Writer, password device.Secret) ([]doctor.Finding, error) {
	cfg, wrong := config.Load(c.Config, os.Environ())
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("where this program lies: %w", err)
	}
	findings := []doctor.Finding{doctor.Configuration(c.Config, wrong)}
	if wrong != nil {
		return append(findings, ofSystem()...), nil //nolint:nilerr // it is among the findings
	}
	if c.SDK {
		for _, vendor := range device.Vendors() {
			printFiles(out, &cfg, program, vendor)
		}
		return append(findings, ofLibraries(ctx, &cfg, program)...), nil
	}
	findings = append(findings, ofSecrets(c.Config)...)
	findings = append(findings, ofPorts(ctx, &cfg)...)
	ofServer, hevc := c.ofMediaServer(ctx, &cfg)
	findings = append(findings, ofServer...)
	findings = append(findings, ofSystem()...)
	findings = append(findings, ofDataDir(&cfg, os.Environ()))
	findings = append(findings, ofLibraries(ctx, &cfg, program)...)
	findings = append(findings, ofNames(ctx, &cfg)...)
	recorders, err := c.ofRecorders(ctx, &cfg, password, hevc)
	return append(findings, recorders...), err
}

// ofRecorders logs in once to each recorder that was named.
func (c *doctorCommand) ofRecorders(
	ctx context.Context, cfg *config.Config, password device.Secret, hevc string,
) ([]doctor.Finding, error) {
	if len(c.Addresses) == 0 {
		return nil, nil
	}
	looking, err := newInspectors(cfg)
	if err != nil {
		return nil, err
	}
	defer looking.close()
	var findings []doctor.Finding
	for _, address := range c.Addresses {
		findings = append(findings, c.ofRecorder(ctx, looking, address, password, hevc)...)
	}
	return findings, nil
}

func (c *doctorCommand) ofRecorder(
	ctx context.Context, looking *inspectors, address string, password device.Secret, hevc string,
) []doctor.Finding {
	ctx, cancel := context.WithTimeout(ctx, inspectLimit)
	defer cancel()
	target, err := c.target(ctx, address, password, looking.recognise)
	if err != nil {
		return []doctor.Finding{doctor.Unreachable(address, err)}
	}
	told, err := looking.Describe(ctx, target)
	if err != nil {
		return []doctor.Finding{doctor.Unreachable(address, err)}
	}
	return doctor.Recorder(address, told, hevc)
}
