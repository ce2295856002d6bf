package config

import (
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"mediapusher/internal/device"
)

// YAML returns the settings in the form of a file, every key with its value. A secret that is set shows as "***", and of
// rtmp.publish_url and srs.api_url what a log may show.
func (c *Config) YAML() ([]byte, error) {
	shown := *c
	for _, k := range keys() {
		if secret, ok := reflect.TypeAssert[*device.Secret](k.of(&shown).Addr()); ok && secret.Reveal() != "" {
			*secret = device.NewSecret(redacted)
		}
	}
	shown.RTMP.PublishURL = device.NewSecret(c.PublishAddress())
	shown.SRS.APIURL = device.NewSecret(withoutUser(c.SRS.APIURL.Reveal()))
	return yaml.MarshalWithOptions(shown,
		yaml.CustomMarshaler(func(s device.Secret) ([]byte, error) { return yaml.Marshal(s.Reveal()) }),
		yaml.CustomMarshaler(func(d time.Duration) ([]byte, error) { return []byte(d.String()), nil }),
		yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true),
	)
}

// PublishAddress is rtmp.publish_url as a log may show it: no user, no password, no query. It is empty where that key is.
func (c *Config) PublishAddress() string {
	address, _, _ := strings.Cut(c.RTMP.PublishURL.Reveal(), "?")
	if !strings.Contains(address, "://") {
		return ""
	}
	return withoutUser(address)
}

// withoutUser is an address without the user and password in it.
func withoutUser(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return address
	}
	authority, path, slash := strings.Cut(rest, "/")
	if slash {
		path = "/" + path
	}
	return scheme + "://" + authority[strings.LastIndex(authority, "@")+1:] + path
}
