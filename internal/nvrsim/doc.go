// Package nvrsim imitates a Hikvision and a Dahua recorder: the HTTP interface behind digest authentication, and RTSP with the
// vendors' URL forms, track controls, SDP oddities and limits. It serves tests, the demo and the bench.
//
// It follows what is known of the devices, never what our own client happens to send, and it shares no code with that client.
// What goes wrong at a device can be switched on while it runs (Faults), and what clients did stands in a journal.
//
// With Config.SDK it also has a port for libraries that stand in for the vendors' SDKs in tests. What is spoken there is this package's
// own, no vendor's, and stands in sdk.go; the bytes of streams are those that the SDKs hand over, made by the sub-packages psmux and
// dhavmux.
//
// The clips, and how they become RTP, live in the sub-package clips.
package nvrsim
