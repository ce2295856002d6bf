package srs

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// ErrNotTold tells that a server answers, but keeps its settings to itself. It is found with errors.Is.
var ErrNotTold = errors.New("the server does not tell its settings")

// anyVhost is the vhost that takes what belongs to no other.
const anyVhost = "__defaultVhost__"

// defaultSilence is SRS's default of publish.normal_timeout.
const defaultSilence = 5 * time.Second

// Settings are those of a vhost that decide on publishes.
type Settings struct {
	// Silence is publish.normal_timeout: how long a publisher may be silent.
	Silence time.Duration
	// Hooks are the names of the hooks that may refuse a publish, on_connect and on_publish, where they are in force. Their addresses may
	// hold secrets, and are not told.
	Hooks []string
}

// Settings asks for the settings of a vhost, and of the default one where the server has none of that name. SRS 3 alone tells them, with
// http_api.raw_api, enabled and allow_query (SrsGoApiRaw, rpc=query); 4.0 took that away. It fails with ErrNotTold, ErrNotSRS, or with why
// nothing answers.
func (c *Client) Settings(ctx context.Context, vhost string) (Settings, error) {
	for _, name := range []string{vhost, anyVhost} {
		if name == "" {
			continue
		}
		var answer struct {
			envelope
			Vhost *struct {
				Publish struct {
					Silence *float64 `json:"normal_timeout"` // in ms
				} `json:"publish"`
				Hooks struct {
					Enabled bool     `json:"enabled"`
					Connect []string `json:"on_connect"`
					Publish []string `json:"on_publish"`
				} `json:"http_hooks"`
			} `json:"vhost"`
		}
		query := url.Values{"rpc": {"query"}, "scope": {"vhost"}, "vhost": {name}}
		if err := c.get(ctx, "/api/v1/raw", query, &answer); err != nil {
			return Settings{}, err
		}
		if answer.Vhost == nil {
			continue
		}
		settings := Settings{Silence: defaultSilence}
		if told := answer.Vhost.Publish.Silence; told != nil {
			settings.Silence = time.Duration(count(*told)) * time.Millisecond
		}
		hooks := answer.Vhost.Hooks
		if hooks.Enabled && len(hooks.Connect) > 0 {
			settings.Hooks = append(settings.Hooks, "on_connect")
		}
		if hooks.Enabled && len(hooks.Publish) > 0 {
			settings.Hooks = append(settings.Hooks, "on_publish")
		}
		return settings, nil
	}
	return Settings{}, ErrNotTold
}
