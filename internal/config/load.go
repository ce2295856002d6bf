package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"
)

// envPrefix stands before every variable: api.listen is MEDIAPUSHER_API_LISTEN.
const envPrefix = "MEDIAPUSHER_"

// Load reads the file, puts the environment ("NAME=value", as os.Environ returns it) over it and checks the whole. An empty path means
// no file. Errors name line and key of the file, or the key, its value and what is allowed, one line each.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("configuration: %w", err)
		}
		if err := c.decode(text); err != nil {
			return c, fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := c.overlay(environ); err != nil {
		return c, err
	}
	if err := c.validate(); err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}

func (c *Config) decode(text []byte) error {
	decoded := *c
	err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict(),
		yaml.CustomUnmarshaler(plainSecret), yaml.CustomUnmarshaler(plainDuration)).Decode(&decoded)
	switch {
	case errors.Is(err, io.EOF), reflect.ValueOf(decoded).IsZero(): // nothing but comments
		return nil
	case err == nil:
		*c = decoded
		return nil
	}
	var duration *durationError
	if errors.As(err, &duration) {
		return duration.locate(text)
	}
	// Without the lines around the place: they may hold a password.
	return errors.New(yaml.FormatError(err, false, false))
}

func (c *Config) overlay(environ []string) error {
	variables := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, envPrefix) {
			variables[name] = value
		}
	}
	err := env.ParseWithOptions(c, env.Options{Environment: variables, Prefix: envPrefix})
	if err != nil {
		return fmt.Errorf("environment: %w", err)
	}
	return nil
}
