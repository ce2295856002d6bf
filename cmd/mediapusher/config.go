package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"mediapusher"
	"mediapusher/internal/config"
	"mediapusher/internal/osservice"
)

// configCommand is what an operator does with a configuration, without starting anything.
type configCommand struct {
	Check   checkCommand   `cmd:"" help:"Say all that is wrong with a configuration, or in short what it sets. Exit code 1: it is wrong."`
	Show    showCommand    `cmd:"" help:"Print every key with the value that counts, without secrets."`
	Example exampleCommand `cmd:"" help:"Print an example with every key, its default and what it means, in English and Chinese."`
}

type (
	checkCommand   struct{ configFile }
	showCommand    struct{ configFile }
	exampleCommand struct{}
)

// configFile is the flag of commands that look at a configuration. Without it they look at that of the installed service: an operator who
// asks what is wrong means the service that runs, and would hear that the defaults are well.
type configFile struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"YAML configuration. Default: that of the installed service."`
}

// AfterApply is called when the flags are known.
func (c *configFile) AfterApply() (err error) {
	c.Config, err = orInstalled(c.Config, osservice.ConfigFile())
	return err
}

// orInstalled returns the file that was named, else the installed one where there is one.
func orInstalled(named, installed string) (string, error) {
	if named != "" || installed == "" {
		return named, nil
	}
	if _, err := os.Stat(installed); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("the configuration of the installed service: %w", err)
	}
	return installed, nil
}

// givenFile is the flag of commands that serve: without it they do so with defaults.
type givenFile struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"YAML configuration; MEDIAPUSHER_… variables go over it."`
}

// Run fails with one line for each thing that is wrong.
func (c checkCommand) Run() error {
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	return printSummary(os.Stdout, c.Config, &cfg)
}

// printSummary prints in short what a configuration sets.
func printSummary(out io.Writer, file string, cfg *config.Config) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name, format string, values ...any) {
		fmt.Fprintf(table, "%s:\t"+format+"\n", append([]any{name}, values...)...)
	}
	if file == "" {
		file = "none: defaults and environment"
	}
	line("file", "%s", file)
	line("api", "%s, %s", strings.Join(cfg.API.Listen, " "), tokenWords(cfg.API.Token.Reveal()))
	line("origins", "%s", listWords(cfg.API.Origins, "any"))
	line("admin", "%s, %s", cfg.Admin.Listen, tokenWords(cfg.Admin.Token.Reveal()))
	if publish := cfg.PublishAddress(); publish != "" {
		line("media", "%s", publish)
	} else {
		line("media", "embedded server, RTMP %s, HTTP-FLV %s", cfg.Embedded.RTMPListen, cfg.Embedded.HTTPListen)
	}
	urls := cfg.URLs()
	for _, given := range []struct{ name, template string }{
		{"rtmp_url", urls.RTMP}, {"flv_url", urls.FLV}, {"hls_url", urls.HLS}, {"webrtc_url", urls.WebRTC},
	} {
		if given.template != "" {
			line(given.name, "%s", given.template)
		}
	}
	line("devices", "%d", len(cfg.Devices))
	networks := make([]string, 0, len(cfg.AllowDevices))
	for _, network := range cfg.AllowDevices {
		networks = append(networks, network.String())
	}
	line("allowed", "%s", listWords(networks, "any device"))
	target := "standard error"
	if cfg.Log.File != "" {
		target = cfg.Log.File
	}
	line("log", "%s, %s", cfg.Log.Level, target)
	return table.Flush()
}

func tokenWords(token string) string {
	if token == "" {
		return "no token"
	}
	return "with a token"
}

func listWords(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, " ")
}

// Run prints the settings in the form of a file.
func (c showCommand) Run() error {
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	text, err := cfg.YAML()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

// Run prints the example.
func (exampleCommand) Run() error {
	_, err := io.WriteString(os.Stdout, mediapusher.ExampleConfig())
	return err
}
