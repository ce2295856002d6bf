package wire

import (
	"errors"

	"mediapusher/vendor_sdk/sdk"
)

// Failure is an error on its way through the protocol. An *sdk.Error, an *sdk.LoadError and sdk.ErrNotBuilt arrive as what they were, with
// the text that was around them.
type Failure struct {
	Text     string         `json:"text"`
	SDK      *sdk.Error     `json:"sdk,omitempty"`
	Load     *sdk.LoadError `json:"load,omitempty"`
	NotBuilt bool           `json:"not_built,omitempty"`
}

// NewFailure takes an error apart; nil stays nil.
func NewFailure(err error) *Failure {
	if err == nil {
		return nil
	}
	failure := &Failure{Text: err.Error(), NotBuilt: errors.Is(err, sdk.ErrNotBuilt)}
	errors.As(err, &failure.SDK)
	errors.As(err, &failure.Load)
	return failure
}

// Err puts the error together again. It is nil for nil.
func (f *Failure) Err() error {
	if f == nil {
		return nil
	}
	var cause error
	switch {
	case f.SDK != nil:
		cause = f.SDK
	case f.Load != nil:
		cause = f.Load
	case f.NotBuilt:
		cause = sdk.ErrNotBuilt
	default:
		return errors.New(f.Text)
	}
	if cause.Error() == f.Text {
		return cause
	}
	return &carriedError{text: f.Text, cause: cause}
}

// carriedError is an error that was wrapped on the other side.
type carriedError struct {
	text  string
	cause error
}

func (e *carriedError) Error() string { return e.text }
func (e *carriedError) Unwrap() error { return e.cause }
