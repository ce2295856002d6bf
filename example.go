// Package mediapusher holds what lies at the root of the project and belongs into the program: the example of a configuration.
package mediapusher

import _ "embed"

//go:embed mediapusher.example.yml
var example string

// ExampleConfig returns the configuration file with every key, its default and what it means, in English and Chinese.
func ExampleConfig() string { return example }
