package device

// Secret is a password. Its printed, JSON and text forms are redacted, so that it cannot reach a log, an answer or a panic by
// accident; Reveal is the one way to the value.
type Secret struct{ value string }

const redacted = "***"

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value, for the one call that sends it to a device.
func (s Secret) Reveal() string { return s.value }

// String returns a fixed text.
func (s Secret) String() string { return redacted }

// GoString returns a fixed text, for %#v.
func (s Secret) GoString() string { return redacted }

// MarshalText returns a fixed text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText takes the value as it is, for configuration files.
func (s *Secret) UnmarshalText(text []byte) error {
	s.value = string(text)
	return nil
}
