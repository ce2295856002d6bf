package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// envPrefix stands before every variable: api.listen is MEDIAPUSHER_API_LISTEN.
const envPrefix = "MEDIAPUSHER_"

// Load reads the file, puts the environment ("NAME=value", as os.Environ returns it) over it and checks the whole. An empty path means
// no file. The error joins all that is wrong, one line each: with line and key of the file, the variable, or the key, its value and what
// is allowed. A variable that
// begins as ours and is no setting is an error, as an unknown key of the file is.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	var (
		text  []byte
		wrong faults
	)
	if path != "" {
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return c, fmt.Errorf("configuration: %w", err)
		}
		wrong = c.decodeAll(text)
		for i, err := range wrong.errs {
			wrong.errs[i] = fmt.Errorf("%s: %w", path, err)
		}
	}
	variables := ours(environ)
	all := append(wrong.errs, c.overlay(variables)...)
	all = append(all, c.validate().located(path, text, variables, wrong.sections)...)
	return c, errors.Join(all...)
}

// ours are the variables of the environment that are for this program.
func ours(environ []string) map[string]string {
	variables := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, envPrefix) && !foreign(name) {
			variables[name] = value
		}
	}
	return variables
}

func (c *Config) overlay(variables map[string]string) []error {
	known, err := knownVariables()
	if err != nil {
		return []error{err}
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !known[name] {
			wrong = append(wrong, fmt.Errorf("environment: %s: there is no such setting", name))
			continue
		}
		// One by one, because the library names the field where it should name the variable.
		one := env.Options{Environment: map[string]string{name: variables[name]}, Prefix: envPrefix}
		if err := env.ParseWithOptions(c, one); err != nil {
			var failure env.ParseError
			if errors.As(err, &failure) {
				err = failure.Err
			}
			wrong = append(wrong, fmt.Errorf("environment: %s: %w", name, err))
		}
	}
	return wrong
}

// knownVariables holds the name of each variable that a setting can come from.
func knownVariables() (map[string]bool, error) {
	fields, err := env.GetFieldParamsWithOptions(&Config{}, env.Options{Environment: map[string]string{}, Prefix: envPrefix})
	if err != nil {
		return nil, fmt.Errorf("environment: %w", err)
	}
	known := make(map[string]bool, len(fields))
	for _, field := range fields {
		known[field.Key] = field.OwnKey != ""
	}
	return known, nil
}

// foreign tells the variables that are no settings: the password of `mediapusher probe`, the tests' own, and those by which Kubernetes and
// Docker links name the addresses of a service called mediapusher (MEDIAPUSHER_SERVICE_HOST, MEDIAPUSHER_PORT_8090_TCP).
func foreign(name string) bool {
	if slices.Contains([]string{"E2E", "FAKE_SDK", "SCREENSHOTS", "PORT", "PROBE_PASSWORD"}, strings.TrimPrefix(name, envPrefix)) {
		return true
	}
	for _, prefix := range []string{"PORT_", "SERVICE_HOST", "SERVICE_PORT"} {
		if strings.HasPrefix(name, envPrefix+prefix) {
			return true
		}
	}
	return false
}
