package httpdigest

import "net/http"

// NewWithTransport lets a fuzz target answer without a network.
func NewWithTransport(cfg Config, transport http.RoundTripper) *Client {
	return &Client{cfg: cfg, transport: transport}
}
