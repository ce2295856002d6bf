package config

import (
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"mediapusher/internal/device"
)

// YAML returns the settings in the form of a file, every key with its value. A secret that is set shows as "***", and of
// rtmp.publish_url what a log may show.
func (c *Config) YAML() ([]byte, error) {
	shown := *c
	if c.RTMP.PublishURL.Reveal() != "" {
		shown.RTMP.PublishURL = device.NewSecret(c.PublishAddress())
	}
	for _, token := range []*device.Secret{&shown.API.Token, &shown.Admin.Token} {
		if token.Reveal() != "" {
			*token = device.NewSecret(redacted)
		}
	}
	return yaml.MarshalWithOptions(shown,
		yaml.CustomMarshaler(func(s device.Secret) ([]byte, error) { return yaml.Marshal(s.Reveal()) }),
		yaml.CustomMarshaler(func(d time.Duration) ([]byte, error) { return []byte(d.String()), nil }),
		yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true),
	)
}

// PublishAddress is rtmp.publish_url as a log may show it: no user, no password, no query. It is empty where that key is.
func (c *Config) PublishAddress() string {
	address, _, _ := strings.Cut(c.RTMP.PublishURL.Reveal(), "?")
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return ""
	}
	authority, path, _ := strings.Cut(rest, "/")
	return scheme + "://" + authority[strings.LastIndex(authority, "@")+1:] + "/" + path
}
