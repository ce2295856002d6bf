// Package nvrsim imitates a Hikvision and a Dahua recorder: the HTTP interface behind digest authentication, and RTSP with the
// vendors' URL forms, track controls, SDP oddities and limits. It serves tests, the demo and the bench.
//
// It follows what is known of the devices, never what our own client happens to send, and it shares no code with that client.
// What goes wrong at a device can be switched on while it runs (Faults), and what clients did stands in a journal.
//
// The clips, and how they become RTP, live in the sub-package clips.
package nvrsim
