// Package aac owns the station that makes uncompressed telephone and PCM audio playable: a media.Sink between the Timeline and the
// Queue, behind which every audio access unit is AAC-LC. SRS from 5.0 drops G.711 and no browser player takes it.
//
// It holds the G.711 tables, the interpolation to a rate that the encoder knows, and the arithmetic that keeps sound and picture
// together. The encoder itself is a library (docs/adr/0008-aac-encoder.md). It imports only internal/media of this project.
package aac
